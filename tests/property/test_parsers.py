"""Whatever comes in: nothing but Unreadable comes out, and no word of a body is lost on the way."""

import html
import json
from base64 import b64encode
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.formats.markup import blocks_of_html, text_of
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire")

WORDS = st.from_regex(r"[a-zà-öø-ÿ0-9&<€]{1,9}", fullmatch=True)
INLINE = st.sampled_from(["b", "i", "a", "span", "em", "q"])
BLOCK = st.sampled_from(["p", "div", "section", "h2", "blockquote", "li", "article"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
KEYS = st.sampled_from(
    [
        "uri",
        "guid",
        "version",
        "type",
        "pubStatus",
        "headline",
        "headlines",
        "bodies",
        "body_html",
        "body_text",
        "associations",
        "subject",
        "place",
        "byline",
        "altids",
        "embargoed",
        "urgency",
        "versioncreated",
        "genre",
        "keywords",
        "renditions",
        "name",
        "value",
        "role",
        "description_text",
        "signal",
    ]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@st.composite
def running_text(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Words with inline markup around some of them."""
    markup, words = [], draw(st.lists(WORDS, min_size=1, max_size=6))
    for word in words:
        name = draw(INLINE)
        shown = html.escape(word)
        markup.append(f"<{name}>{shown}</{name}>" if draw(st.booleans()) else shown)
    return " ".join(markup), words


@st.composite
def block_tree(draw: st.DrawFn, depth: int = 3) -> tuple[str, list[str]]:
    """Blocks in blocks, with loose text between them."""
    markup, words = "", list[str]()
    for _ in range(draw(st.integers(1, 3))):
        inside, more = draw(block_tree(depth - 1) if depth and draw(st.booleans()) else running_text())
        name, (loose, loose_words) = draw(BLOCK), draw(running_text())
        # The HTML parser closes paragraphs and list items by itself, so blocks in them are written in divs.
        name = "div" if inside.startswith("<") and name in {"p", "h2", "li"} else name
        markup += f"<{name}>{inside}</{name}>{loose}"
        words += more + loose_words
    return markup, words


def outcome(data: bytes, content_type: str = "") -> str:
    try:
        reading = read_wire(Wire(data, PROFILE, content_type))
    except Unreadable as unreadable:
        return unreadable.code
    for item in reading.items:
        item.model_dump_json().encode("utf-8")
    return reading.format


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_bytes_raise_anything_but_unreadable(data: bytes) -> None:
    assert outcome(data)


@given(st.sampled_from([b"<?xml version='1.0'?><newsItem>", b"<newsMessage><itemSet>", b"<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>", b"{", b"[", b"<html>", b"From: a\r\nTo: b\r\nSubject: =?utf-8?q?", b"From: a\nTo: b\nDate: c\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", b"<!DOCTYPE ",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"\x1f\x8b\x08",
            b"<rss version='2.0'><channel><item><title>",
            b"<nitf><head><docdata management-status='embargoed' management-doc-idref='",
            b"<nitf><head><meta name='anpa-format' content='t'/></head><body><body.head><byline>",
            b"<nitf><body><body.content><block>",
            b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='http://[",
                        b"\x01fjo0147 4 pl 61\r\nslug/\r\n\x02", b"\x16\x01V2607\x1fnorth\r\nr i\x13\x11 BC-EU--Ferry",
                        b"\x01fjo1 4 i\n\x02KILL\nNews =\n\n\x03111200 JUN 24\x04\x01"]),
       st.binary(max_size=200))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_no_beginning_of_a_wire_raises_anything_but_unreadable(start: bytes, rest: bytes) -> None:
    assert outcome(start + rest)


@given(st.dictionaries(KEYS, VALUES, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_json_raises_anything_but_unreadable(value: dict[str, Any]) -> None:
    assert outcome(json.dumps({"uri": "urn:x", **value}).encode()) in {"ninjs", "not_ninjs"}


@given(st.dictionaries(KEYS, VALUES, max_size=8), VALUES)
@settings(max_examples=80, deadline=None)
def test_no_json_of_ap_raises_anything_but_unreadable(value: dict[str, Any], beside: Any) -> None:
    answer = {"data": {"item": {**value, "altids": {"itemid": "0f1e"}}, "nitf": beside}}

    assert outcome(json.dumps(answer).encode()) == "ap_media"


@given(block_tree())
@settings(max_examples=80, deadline=None)
def test_all_words_of_a_body_come_through_in_order(tree: tuple[str, list[str]]) -> None:
    markup, words = tree

    assert text_of(blocks_of_html(markup)).split() == words


@given(block_tree())
@settings(max_examples=60, deadline=None)
def test_all_words_come_through_a_whole_wire(tree: tuple[str, list[str]]) -> None:
    markup, words = tree
    data = json.dumps({"uri": "urn:x", "body_html": markup}).encode()

    assert read_wire(Wire(data, PROFILE)).items[0].body_text.split() == words


RSS = '<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel><item><c:encoded>{}</c:encoded>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x</id><content type="html">{}</content></entry></feed>'


@given(block_tree(), st.sampled_from([RSS + "</item></channel></rss>", RSS, ATOM]))
@settings(max_examples=60, deadline=None)
def test_all_words_come_through_a_feed(tree: tuple[str, list[str]], feed: str) -> None:
    markup, words = tree
    data = feed.format(html.escape(markup)).encode()

    assert read_wire(Wire(data, PROFILE)).items[0].body_text.split() == words


@given(block_tree(), st.sampled_from(["quoted-printable", "base64", "8bit"]))
@settings(max_examples=60, deadline=None)
def test_all_words_come_through_a_mail(tree: tuple[str, list[str]], encoding: str) -> None:
    markup, words = tree
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "a@fjordwire.example", "b@fjordwire.example", "Grüße"
    message.set_content("Less")
    message.add_alternative(f"<html><body>{markup}</body></html>", subtype="html", cte=encoding)

    assert read_wire(Wire(message.as_bytes(), PROFILE)).items[0].body_text.split() == words


NITF = "<nitf><head><docdata>{}</docdata></head><body><body.head>{}</body.head><body.content>{}</body.content></body></nitf>"


@given(block_tree(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_all_words_come_through_a_nitf_document(tree: tuple[str, list[str]], in_a_block: bool) -> None:
    markup, words = tree
    copy = f"<block>{markup}</block>" if in_a_block else markup
    data = NITF.format("<doc-id id-string='x'/>", "<hedline><hl1>Head</hl1></hedline>", copy).encode()

    assert read_wire(Wire(data, PROFILE)).items[0].body_text.split() == words


NITF_NAMES = """
doc-id du-key urgency series ed-msg date.issue date.release date.expire revision-history correction
evloc fixture doc-scope del-list from-src doc.copyright doc.rights key-list keyword
identified-content person org location event classifier meta tobject tobject.subject
tobject.property pubdata title hedline hl1 hl2 byline byttl dateline story.date abstract note rights
rights.owner distributor media media-reference media-caption media-object block p pre br table tr td
body body.head body.content body.end nitf x
"""
NITF_KEYS = """
id-string key version generation part ed-urg series.part series.totalpart info msg-type norm comment
value type idsrc name content source mime-type media-type noteclass class iso-cc city fix-id scope
holder year tobject.subject.refnum tobject.subject.ipr tobject.type management-status
management-doc-idref management-idref-status
"""
NITF_VALUES = st.sampled_from(
    ["", "embargoed", "canceled", "usable", "t", "npa", "anpa-format", "anpa-sequence", "slug", "20240611T120000Z", "7",
     "YYYYMMDD000000-HHMM", "00010101T000000+1400", "image", "&lt;p&gt;a&lt;/p&gt;", "KILL", "Eds: CORRECTS", "x,y; z"]
) | st.text("abc 0:-", max_size=8)  # fmt: skip


@st.composite
def nitf_tree(draw: st.DrawFn, depth: int = 4) -> str:
    """Elements of the DTD anywhere, with attributes and words that need not be theirs."""
    name, inside = draw(st.sampled_from(NITF_NAMES.split())), draw(NITF_VALUES)
    keys = draw(st.lists(st.sampled_from(NITF_KEYS.split()), max_size=3, unique=True))
    said = "".join(f' {key}="{draw(NITF_VALUES)}"' for key in keys)
    for _ in range(draw(st.integers(0, 3)) if depth else 0):
        inside += draw(nitf_tree(depth - 1)) + draw(NITF_VALUES)
    return f"<{name}{said}>{inside}</{name}>"


@given(nitf_tree(), nitf_tree(), nitf_tree())
@settings(max_examples=60, deadline=None)
def test_no_nitf_raises_anything_but_unreadable(docdata: str, head: str, copy: str) -> None:
    data = NITF.format(docdata, head, copy).encode()

    assert outcome(data) == "nitf"
    assert [i.uri for i in read_wire(Wire(data, PROFILE)).items] == [
        i.uri for i in read_wire(Wire(data, PROFILE)).items
    ]


@given(st.integers(0, 2_000))
@settings(max_examples=60, deadline=None)
def test_a_wire_cut_off_anywhere_is_read_or_refused(length: int) -> None:
    whole = (
        '<?xml version="1.0" encoding="UTF-8"?><newsItem guid="urn:x" xmlns="http://iptc.org/std/nar/2006-10-01/">'
        "<itemMeta><pubStatus qcode='stat:usable'/></itemMeta><contentMeta><headline>Grüße</headline></contentMeta>"
        "<contentSet><inlineXML><html><body>" + "<p>Ein Satz über Öl.</p>" * 40 + "</body></html></inlineXML>"
        "</contentSet></newsItem>"
    ).encode()

    assert outcome(whole[:length]) in {"newsml_g2", "empty", "xml_broken", "plain_text", "unknown_format"}


@pytest.mark.parametrize("start", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00<\x00?", b"<\x00?\x00"])
@given(rest=st.binary(max_size=60))
@settings(max_examples=50, deadline=None)
def test_no_byte_order_mark_raises_anything_but_unreadable(start: bytes, rest: bytes) -> None:
    assert outcome(start + rest)


COPY_WORDS = st.lists(st.from_regex(r"[a-zà-öø-ÿ0-9]{1,9}", fullmatch=True), min_size=1, max_size=12)


@given(st.lists(COPY_WORDS, min_size=1, max_size=6), st.sampled_from(["\r\n", "\n", "\r\r\n"]))
@settings(max_examples=60, deadline=None)
def test_all_words_of_agency_copy_come_through(paragraphs: list[list[str]], end: str) -> None:
    words = [word for paragraph in paragraphs for word in paragraph]
    iptc = [
        f"\x01fjo0147 4 pl 61{end}{end}slug/{end}\x02Head ={end}",
        *(" ".join(p) + end for p in paragraphs),
        "\x03\x04",
    ]
    anpa = [
        f"\x01V2607\x1fnorth{end}r i\x13\x11 BC-Slug 06-11{end}\x02^Head<",
        *("\t" + " ".join(p) for p in paragraphs),
    ]

    for lines in (iptc, anpa):
        assert read_wire(Wire(end.join(lines).encode(), PROFILE)).items[0].body_text.split() == words


@given(st.lists(COPY_WORDS, min_size=1, max_size=6), st.sampled_from(["\r\n", "\n", "\r"]), st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_all_words_below_marked_lines_come_through(paragraphs: list[list[str]], end: str, noise: bytes) -> None:
    head = f"ZCZC FJW{end}#Ferry{end}$Fog closes ferry line{end}"
    copy = (end * 2).join(" ".join(words) for words in paragraphs)

    read = read_wire(Wire(f"{head}{copy}{end}NNNN{end}".encode(), PROFILE)).items[0]
    assert read.body_text.split() == [word for words in paragraphs for word in words]
    assert outcome(head.encode() + noise)


ELEMENTS = st.sampled_from(
    [
        "NewsItem",
        "Identification",
        "NewsIdentifier",
        "ProviderId",
        "DateId",
        "NewsItemId",
        "RevisionId",
        "PublicIdentifier",
        "NameLabel",
        "NewsManagement",
        "NewsItemType",
        "FirstCreated",
        "ThisRevisionCreated",
        "Status",
        "StatusWillChange",
        "FutureStatus",
        "DateAndTime",
        "Urgency",
        "Instruction",
        "RevisionStatus",
        "DerivedFrom",
        "AssociatedWith",
        "NewsComponent",
        "Role",
        "NewsLines",
        "HeadLine",
        "ByLine",
        "DateLine",
        "CopyrightLine",
        "NewsLine",
        "NewsLineType",
        "NewsLineText",
        "AdministrativeMetadata",
        "Source",
        "Party",
        "DescriptiveMetadata",
        "Language",
        "SubjectCode",
        "SubjectMatter",
        "Location",
        "Property",
        "TopicSet",
        "Topic",
        "FormalName",
        "TopicOccurrence",
        "ContentItem",
        "MediaType",
        "Format",
        "Encoding",
        "DataContent",
        "NewsItemRef",
        "Update",
        "Replace",
        "p",
        "nitf",
        "body.content",
    ]
)
TOLD = st.sampled_from(
    ["", "Usable", "Canceled", "20240611T081500", "urn:newsml:a:b:c:1", "#x", "base64", "Caption", "9"]
)


@st.composite
def newsml_tree(draw: st.DrawFn, depth: int = 3) -> str:
    """Elements of NewsML 1.x where they belong and where they do not."""
    name, value = draw(ELEMENTS), draw(TOLD)
    attributes = draw(st.sampled_from(["", "FormalName", "Value", "Href", "NewsItem", "Duid", "Topic", "Notation"]))
    start = f'{name} {attributes}="{value}"' if attributes else name
    inside = "".join(draw(st.lists(newsml_tree(depth - 1), max_size=4))) if depth else ""
    return f"<{start}>{draw(TOLD)}{inside}</{name}>"


@given(st.lists(newsml_tree(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_tree_of_newsml_raises_anything_but_unreadable(trees: list[str]) -> None:
    data = f"<NewsML><NewsItem>{''.join(trees)}</NewsItem></NewsML>".encode()

    assert outcome(data) in {"newsml_1", "newsml_bomb"}


NEWSML = (
    "<NewsML><NewsItem><NewsComponent><NewsComponent><Role FormalName='Title'/><ContentItem><DataContent>Grüße"
    "</DataContent></ContentItem></NewsComponent><NewsComponent><Role FormalName='Body'/><ContentItem>{kind}{content}"
    "</ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>"
)
CONTENTS = st.sampled_from(["elements", "nitf", "xhtml", "escaped", "base64"])


@given(block_tree(), CONTENTS)
@settings(max_examples=80, deadline=None)
def test_all_words_come_through_newsml_1(tree: tuple[str, list[str]], content: str) -> None:
    markup, words = tree
    inside = {
        "elements": f"<DataContent>{markup}</DataContent>",
        "nitf": f"<DataContent><nitf><body><body.content>{markup}</body.content></body></nitf></DataContent>",
        "xhtml": f"<DataContent><html><head><title/></head><body>{markup}</body></html></DataContent>",
        "escaped": f"<DataContent>{html.escape(markup)}</DataContent>",
        "base64": f"<Encoding Notation='Base64'><DataContent>{b64encode(markup.encode()).decode()}</DataContent></Encoding>",
    }[content]
    data = NEWSML.format(kind="<Format FormalName='HTML'/>", content=inside).encode()

    assert read_wire(Wire(data, PROFILE)).items[0].body_text.split() == words
