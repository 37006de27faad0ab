from lxml import etree
from wiredesk_ingest.formats.g2_content import content_of


def test_parts_for_desks_are_set_apart_once_each_and_the_outermost_only() -> None:
    notes = '<div class="notepad"><p class="np-contact">Call 555 0101</p></div>' * 300
    body = f"<html><body><p>The ferry sails.</p>{notes}</body></html>"
    item = etree.fromstring(f"<newsItem><contentSet><inlineXML>{body}</inlineXML></contentSet></newsItem>")
    content = content_of(item)

    assert content.text == "The ferry sails."
    assert content.restricted == ("Call 555 0101",) * 300
