"""Wires that mean harm: they are refused with a name, nothing is read from elsewhere, nothing takes long."""

import json
from pathlib import Path

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.formats.bounds import (
    MOST_ATTRIBUTES,
    MOST_CHARACTERS,
    MOST_ENTRIES,
    MOST_ITEMS,
    MOST_LINES,
    MOST_REFERENCES,
    MOST_TAGS,
)
from wiredesk_ingest.formats.charset import MOST_BROKEN, without_controls
from wiredesk_ingest.formats.safe_json import parse_json
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.intake import parse_bytes
from wiredesk_ingest.providers import Profile


def refusal_of_xml(text: str) -> str:
    with pytest.raises(Unreadable) as refused:
        parse_xml(text)
    return refused.value.code


def refusal_of_json(text: str) -> str:
    with pytest.raises(Unreadable) as refused:
        parse_json(text)
    return refused.value.code


def test_entities_built_from_entities_are_a_bomb() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))

    assert refusal_of_xml(f'<!DOCTYPE n [<!ENTITY e0 "ha">{levels}]><n>&e9;</n>') == "xml_bomb"


def test_a_long_entity_used_often_is_a_bomb() -> None:
    assert refusal_of_xml(f'<!DOCTYPE n [<!ENTITY a "{"x" * 20_000}">]><n>{"&a;" * 100}</n>') == "xml_bomb"


def test_an_entity_hidden_behind_a_number_is_a_bomb() -> None:
    assert refusal_of_xml('<!DOCTYPE n [<!ENTITY a "ha"><!ENTITY b "&#38;a;&#38;a;">]><n>&b;</n>') == "xml_bomb"


def test_parameter_entities_are_refused() -> None:
    assert refusal_of_xml('<!DOCTYPE n [<!ENTITY % p "ha">%p;]><n/>') == "xml_bomb"


def test_very_deep_xml_is_a_bomb() -> None:
    assert refusal_of_xml("<n>" * 5_000 + "</n>" * 5_000) == "xml_bomb"


@pytest.mark.parametrize("kind", ["SYSTEM", "PUBLIC 'x'"])
def test_an_external_entity_is_refused_and_its_file_stays_unread(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the-safe-is-behind-the-picture", encoding="utf-8")
    wire = f"""<?xml version="1.0"?><!DOCTYPE newsItem [<!ENTITY s {kind} "{secret.as_uri()}">]>
    <newsItem guid="urn:x"><contentMeta><headline>&s;</headline></contentMeta></newsItem>"""

    records = parse_bytes(wire.encode(), "wire.xml", Profile("p"))

    assert records[0]["quarantine"]["code"] == "external_entity"
    assert "behind-the-picture" not in str(records)


def test_a_doctype_elsewhere_is_not_opened(tmp_path: Path) -> None:
    dtd = tmp_path / "news.dtd"
    dtd.write_text('<!ENTITY s "the-safe-is-behind-the-picture"><!ATTLIST n a CDATA "from-the-dtd">', encoding="utf-8")

    document = parse_xml(f'<!DOCTYPE n SYSTEM "{dtd.as_uri()}"><n>One &s; two</n>')

    assert document.root.get("a") is None
    assert "".join(str(text) for text in document.root.itertext()).split() == ["One", "&s;", "two"]
    assert [warning.code for warning in document.warnings] == ["entity_undefined"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("caf&eacute;", "café"),
        ("&notit;", "&notit;"),
        ("&LT;b&GT;", "<b>"),
        ("&nvlt;", "<\u20d2"),
        ("&under_score-d;", "&under_score-d;"),
        ("<![CDATA[&eacute; &x;]]>", "&eacute; &x;"),
    ],
)
def test_a_named_character_is_written_out_and_what_nothing_explains_stays_as_it_is(written: str, read: str) -> None:
    assert parse_xml(f"<n>{written}</n>").root.text == read


def test_a_quotation_mark_by_name_ends_no_attribute() -> None:
    assert parse_xml("<n a='one &QUOT;two&apos; &APOS;'/>").root.get("a") == "one \"two' &APOS;"


def test_a_part_of_the_dtd_that_lies_elsewhere_is_left_out_and_told(tmp_path: Path) -> None:
    part = tmp_path / "nitf.dtd"
    part.write_text('<!ENTITY s "the-safe-is-behind-the-picture">', encoding="utf-8")
    doctype = f'<!DOCTYPE n SYSTEM "n.dtd" [<!ENTITY % nitf SYSTEM "{part.as_uri()}"> %nitf; <!ENTITY town "Strand">]>'

    document = parse_xml(f"{doctype}<n>In &town;, &s; said</n>")

    assert "".join(str(text) for text in document.root.itertext()).split() == ["In", "Strand,", "&s;", "said"]
    assert [warning.code for warning in document.warnings] == ["dtd_left_out", "entity_undefined"]
    assert document.warnings[0].detail == "nitf"


def test_an_entity_with_plain_text_is_written_out() -> None:
    document = parse_xml('<!DOCTYPE n [<!ENTITY town "Strand">]><n>In &town;.</n>')

    assert document.root.text == "In Strand."


def test_xml_without_an_element_is_refused() -> None:
    assert refusal_of_xml("<!DOCTYPE n>") == "xml_broken"


@pytest.mark.parametrize(
    "bomb",
    ["[" * 100_000, '{"a":' * 150 + "1" + "}" * 150, "[" + "9" * 500 + "]", "[" + "1," * 600_000 + "1]"],
    ids=["open brackets", "deep objects", "long number", "many values"],
)
def test_json_without_measure_is_a_bomb(bomb: str) -> None:
    assert refusal_of_json(bomb) == "json_bomb"


def test_brackets_and_digits_in_strings_are_only_text() -> None:
    text = "[" * 500 + "9" * 500

    assert parse_json(f'{{"a": "{text}"}}') == {"a": text}


def test_what_stores_cannot_take_leaves_the_strings() -> None:
    assert parse_json('{"a\\u0000": ["x\\ud800y"]}') == {"a": ["xy"]}


@pytest.mark.parametrize(
    "wire",
    [
        "<newsMessage><itemSet>" + '<newsItem guid="u"/>' * (MOST_ITEMS + 1) + "</itemSet></newsMessage>",
        "[" + ",".join(f'{{"uri":"u:{n}"}}' for n in range(MOST_ITEMS + 1)) + "]",
        json.dumps(
            {"uri": "u", "associations": [{"uri": "a", "headline": "h", "type": "text", "body_text": "b"}] * MOST_ITEMS}
        ),
        '{"data":{"items":[' + ",".join(['{"item":{"altids":{"itemid":"1"}}}'] * (MOST_ITEMS + 1)) + "]}}",
        "\x01fjo0147 4 pl 61\n\nslug/\n\x02a\x03\x04" * (MOST_ITEMS + 1),
        "<x>" + "<nitf></nitf>" * (MOST_ITEMS + 1) + "</x>",
        "<rss><channel>" + "<item/>" * (MOST_ITEMS + 1) + "</channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom">' + '<deleted-entry ref="a"/>' * (MOST_ITEMS + 1) + "</feed>",
    ],
    ids=["newsml_g2", "ninjs", "associations", "ap_media", "iptc_7901", "nitf", "feed", "buried"],
)
def test_a_wire_of_very_many_items_is_refused(wire: str) -> None:
    (record,) = parse_bytes(wire.encode(), "wire", Profile("fjordwire"))

    assert record["quarantine"]["code"] == "too_many_items"


@pytest.mark.parametrize("start", ["<newsItem>", "<html><body>", "<rss><channel>"])
def test_markup_that_is_nothing_but_tags_is_refused(start: str) -> None:
    (record,) = parse_bytes((start + "<p/>" * (MOST_TAGS + 1)).encode(), "wire", Profile("fjordwire"))

    assert record["quarantine"]["code"] == "tag_bomb"


MAIL = "From: a@fjordwire.example\nTo: b\nSubject: c\n"
MEDIA = "<media:content url='a'/>"
NINJS = '{"uri":"urn:x",'


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (NINJS + '"body_html":"' + "<p>" * (MOST_TAGS + 1) + '"}', "tag_bomb"),
        (NINJS + '"body_html":"' + "\\u003cp>" * (MOST_TAGS + 1) + '"}', "tag_bomb"),
        (NINJS + '"body_html":"' + "&#60;p>" * (MOST_TAGS + 1) + '"}', "tag_bomb"),
        ("<rss><channel><item><description>" + "&lt;p>" * (MOST_TAGS + 1), "tag_bomb"),
        ("<newsItem><x>" + "&amp;" * (MOST_REFERENCES + 1), "tag_bomb"),
        ("a\n" * (MOST_LINES + 1), "line_bomb"),
        ("a\r" * (MOST_LINES + 1), "line_bomb"),
        (NINJS + '"body_text":"' + "a\\n" * (MOST_LINES + 1) + '"}', "line_bomb"),
        ("a" * (MOST_CHARACTERS + 1), "copy_too_long"),
        ("ZCZC a\n#a\n$b\n" + "a" * (MOST_CHARACTERS + 1), "copy_too_long"),
        (MAIL + "\n" + "a" * (MOST_CHARACTERS * 2 + 1), "copy_too_long"),
        (MAIL + "\n" + "a\n" * (MOST_LINES + 1), "line_bomb"),
        (MAIL + "x: y\n" * 20_001 + "\na", "mail_bomb"),
        (MAIL + "Content-Type: text/plain" + "; a=b" * 20_000 + "\n\na", "mail_bomb"),
        (MAIL + "Keywords: " + "=?utf-8?q?a" * 10_000 + "\n\na", "mail_bomb"),
        (NINJS + '"associations":[' + "{}," * MOST_ENTRIES + "{}]}", "json_bomb"),
        (NINJS + '"subject":[' + '"a",' * MOST_ENTRIES + '"b"]}', "json_bomb"),
        (NINJS + '"keywords":"' + "a," * (MOST_ENTRIES + 1) + '"}', "json_bomb"),
        (NINJS + '"body_html":"<p' + " a=b" * (MOST_ATTRIBUTES // 2) + '>c"}', "tag_bomb"),
        (NINJS + '"body_html":"<p' + "".join(f" a{n}=b" for n in range(6_000)) + '>c"}', "tag_bomb"),
        ("<html><body><p" + "".join(f" a{n}='>'" for n in range(6_000)) + ">c", "tag_bomb"),
    ],
    ids=[
        *("tags in JSON", "tags spelt by JSON", "tags by number", "tags escaped", "references"),
        *("lines", "lines of old", "lines spelt by JSON", "copy", "telex copy", "copy of a mail", "lines of a mail"),
        *("fields", "parameters", "words never ended", "associations", "subjects", "keywords"),
        *("attributes", "attributes of one tag", "attributes behind what looks like an end"),
    ],
)
def test_masses_are_refused_however_they_are_spelt(wire: str, code: str) -> None:
    (record,) = parse_bytes(wire.encode(), "wire", Profile("fjordwire"))

    assert record["quarantine"]["code"] == code


@pytest.mark.parametrize("opened", ["<div>a", "<b>a", "<table><tr><td>a"])
def test_html_too_deep_to_be_read_whole_is_refused_and_not_cut(opened: str) -> None:
    (record,) = parse_bytes(json.dumps({"uri": "urn:x", "body_html": opened * 300}).encode(), "wire", Profile("p"))

    assert record["quarantine"]["code"] == "tag_bomb"


@pytest.mark.parametrize(
    "reference", ["&#55296;", "&#xDFFF;", "&#0;", "&#x110000;", "&#" + "9" * 5_000 + ";", "&#xFFFF;"]
)
def test_a_number_that_is_no_character_costs_no_other_word(reference: str) -> None:
    document = parse_xml(f"<n>One {reference}&#233;t&#xE9; two</n>")

    assert document.root.text == "One été two"
    assert [warning.code for warning in document.warnings] == ["xml_repaired"]


def test_a_dateline_of_places_in_places_without_end_is_read_as_one_line() -> None:
    nested = "<location>" * 200 + "Nordhavn" + "</location>" * 200
    wire = f"<nitf><body><body.head><dateline>{nested}</dateline></body.head><body.content/></body></nitf>"

    (record,) = parse_bytes(wire.encode(), "wire", Profile("p"))

    assert record["item"]["dateline"]["text"] == "Nordhavn"


@pytest.mark.parametrize(
    ("wire", "beginning"),
    [
        ("<!DOCTYPE " + "a" * 300_000, "unknown_format"),
        ("<newsItem><x>&eacute;" + "<![CDATA[" * 30_000 + "</x></newsItem>", "newsml_g2"),
        ("\x01" * 60_000 + "\x02a\x03", "iptc_7901"),
        ("\x011\x1f" * 100_000 + "a", "plain_text"),
        ("<nitf><body><body.head><note>" + "<p>-</p>" * 20_000 + "</note></body.head></body></nitf>", "nitf"),
        (MAIL + "Content-Type: text/plain; format=flowed\n\n" + "a \n" * 40_000, "mail"),
        (NINJS + '"body_html":"<table>' + "<tr><td>a</td></tr>" * 12_000 + '</table>"}', "ninjs"),
        ("<?a?>" * 40_000 + "<nitf/>", "unknown_format"),
        ('{"a":1}\n' + "\n" * 300_000 + '{"a":1}', "not_ninjs"),
        (NINJS + '"versioncreated":"' + "1 " * 300_000 + '"}', "ninjs"),
        ("<rss xmlns:media='search.yahoo.com/mrss'><channel>" + "<item><description>a" * 100 + MEDIA * 20_000, "feed"),
    ],
    ids=[
        *("doctype", "sections", "starts", "separators", "notes", "flowed", "rows"),
        *("instructions", "empty lines", "a date of many numbers", "entries in entries"),
    ],
)
def test_what_once_took_quadratic_time_is_read_through(wire: str, beginning: str) -> None:
    record, *_ = parse_bytes(wire.encode(), "wire", Profile("p"))

    assert beginning in {record.get("format"), record.get("quarantine", {}).get("code")}


def test_masses_of_bytes_that_the_declared_charset_does_not_know_are_refused() -> None:
    wire = b"<?xml version='1.0' encoding='cp1253'?><nitf>" + b"\xaa" * (MOST_BROKEN + 1)

    (record,) = parse_bytes(wire, "wire", Profile("p"))

    assert record["quarantine"]["code"] == "not_text"


@pytest.mark.parametrize("strange", ["\x01", "\x7f", "\x81", "\ufffe"])
def test_control_characters_go_and_separators_become_blanks(strange: str) -> None:
    assert without_controls(f"a{strange}b\x1fc") == "ab c"
    assert without_controls(f"é{strange}€\x1c{strange}") == "é€ "
    # Long texts are looked through in another way.
    assert without_controls(f"{'a' * 9_000}{strange}b\x1fc") == f"{'a' * 9_000}b c"
    assert without_controls(f"{'é' * 9_000}{strange}€\x1c{strange}") == f"{'é' * 9_000}€ "
    assert without_controls("“Jà” " * 9_000) == "“Jà” " * 9_000


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "utf-16-be", "utf-8-sig", "iso2022_jp", "hz", "cp037"])
def test_a_charset_declared_for_other_bytes_crashes_nothing(charset: str) -> None:
    wire = f"<?xml version='1.0' encoding='{charset}'?><nitf><body>Gr".encode() + b"\xfc\xdfe~{\x1b$B</body></nitf>"

    (record,) = parse_bytes(wire, "wire", Profile("p"))

    assert record.get("quarantine", {}).get("code") != "parser_crash"


@pytest.mark.parametrize("start", ["<n a='<![CDATA['>", "<n><b <![CDATA[>", "<n><![CDATA"])
def test_a_number_that_is_no_character_crashes_nothing_behind_what_only_looks_like_a_section(start: str) -> None:
    wire = f"<nitf><body><body.content>{start}One &#55296;two</n></body.content></body></nitf>"

    (record,) = parse_bytes(wire.encode(), "wire", Profile("p"))

    assert record.get("quarantine", {}).get("code") != "parser_crash"


@pytest.mark.parametrize("name", ["x:", "x:1225", "x:-", "x:é"])
def test_markup_in_a_feed_whose_names_are_none_keeps_its_words(name: str) -> None:
    feed = f"<rss><channel><item><guid>urn:fog</guid><description>One <{name}>two</{name}> three.</description></item>"

    (record,) = parse_bytes(f"{feed}</channel></rss>".encode(), "wire", Profile("p"))

    assert record["item"]["body_text"] == "One two three."


def test_a_page_whose_own_statement_is_longer_than_any_story_is_read_without_it() -> None:
    """As text, as JSON, as words and as their paragraphs it would be in memory six times over."""
    said = {"@type": "NewsArticle", "headline": "Stated", "articleBody": "Ferry. " * (MOST_CHARACTERS // 7 + 1)}
    page = f'<html><script type="application/ld+json">{json.dumps(said)}</script><body><h1>Seen</h1><p>Late.</p></body>'

    (record,) = parse_bytes(page.encode(), "page.html", Profile("p"))

    assert record["item"]["headline"] == "Seen"
    assert record["item"]["body_text"].endswith("Late.")
    assert [warning["code"] for warning in record["item"]["warnings"]] == ["statement_too_long"]
