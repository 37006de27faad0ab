"""Wires in wires: each is read as if it had come alone; what grows without measure is refused before it has grown."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_core.identity import sha256_of
from wiredesk_ingest.containers import Limits, members_of
from wiredesk_ingest.intake import facts_of, parse_bytes, read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire")
FERRY = json.dumps({"uri": "urn:ferry", "headline": "Ferry aground"}).encode()
BANK = json.dumps({"uri": "urn:bank", "headline": "Bank holds rate"}).encode()
BROKEN = b'{"uri": "urn:fog", "headline": "Fo'
G2 = '<?xml version="1.0" encoding="{}"?>\n<newsItem guid="{}"><contentMeta><headline>Grüße</headline></contentMeta></newsItem>\n'
SMALL = Limits(size=3000, members=3, depth=2)


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def wire(data: bytes, filename: str | None = None) -> Wire:
    return Wire(data, PROFILE, filename=filename)


def uris(data: bytes) -> list[str]:
    return [item.uri for item in read_wire(wire(data)).items]


def spent_after(reads: int) -> Callable[[], bool]:
    """Whether so many wires have been read."""
    asked = count()
    return lambda: next(asked) >= reads


def test_wires_behind_a_costly_part_of_a_container_are_said_to_be_unread() -> None:
    files = {"in.zip": zipped({"a.json": FERRY, "b.json": BANK}), "c.json": BANK, "d.json": BANK}
    reading = read_wire(wire(zipped(files)), is_spent=spent_after(2))

    assert [item.uri for item in reading.items] == ["urn:ferry"]
    assert [fault.code for fault in reading.faults] == ["container_costly"] * 3
    assert reading.faults[0].detail.startswith("b.json: not read")


def test_a_container_whose_first_wire_may_cost_nothing_is_unreadable() -> None:
    with pytest.raises(Unreadable) as refused:
        read_wire(wire(zipped({"a.json": FERRY})), is_spent=lambda: True)

    assert refused.value.code == "container_costly"


def test_a_wire_that_is_no_container_is_read_whatever_it_costs() -> None:
    assert len(read_wire(wire(FERRY), is_spent=lambda: True).items) == 1


@pytest.mark.parametrize(
    "data",
    [
        zipped({"a.json": FERRY, "b/c.json": BANK}),
        zipped({"a.json": FERRY, "b.json": BANK}, zipfile.ZIP_STORED),
        zipped({"in.zip": zipped({"a.json": FERRY}), "b.json.gz": gzip.compress(BANK)}),
        gzip.compress(zipped({"a.json": FERRY, "b.json": BANK})),
        gzip.compress(FERRY + b"\n") + gzip.compress(BANK),
        FERRY + b"\n" + BANK + b"\n",
        FERRY + b"\r\n\r\n" + BANK,
        zipped({"a.json": FERRY, "__MACOSX/._a.json": b"\x00\x05", ".DS_Store": b"\x00", "d/": b"", "b.json": BANK}),
    ],
)
def test_each_wire_in_a_container_is_read(data: bytes) -> None:
    assert uris(data) == ["urn:ferry", "urn:bank"]


def test_documents_one_after_the_other_each_have_their_own_charset() -> None:
    data = G2.format("ISO-8859-1", "urn:1").encode("latin-1") + G2.format("UTF-8", "urn:2").encode()

    items = read_wire(wire(data)).items

    assert [(item.uri, item.headline) for item in items] == [("urn:1", "Grüße"), ("urn:2", "Grüße")]


@pytest.mark.parametrize(
    "content",
    [
        b"<inlineData><![CDATA[How to write <?xml version='1.0'?>]]></inlineData>",
        b"<inlineXML><?xml version='1.0'?><nitf><body/></nitf></inlineXML>",
        b"<inlineXML><nitf><body/></nitf><?xml version='1.0'?></inlineXML>",
    ],
)
def test_a_declaration_inside_a_document_parts_nothing(content: bytes) -> None:
    data = b'<?xml version="1.0"?><newsItem guid="urn:1"><contentSet>' + content + b"</contentSet></newsItem>"

    assert members_of(wire(data)) is None


@pytest.mark.parametrize(
    "data", [FERRY, json.dumps({"uri": "urn:1", "headline": "One"}, indent=1).encode(), b"text", b""]
)
def test_a_single_wire_is_no_container(data: bytes) -> None:
    assert members_of(wire(data)) is None


def test_an_item_is_the_same_version_alone_and_in_a_container() -> None:
    packed = wire(zipped({"a.json": FERRY}), "today.zip")

    (alone,), (within,) = read_wire(wire(FERRY)).items, read_wire(packed).items
    (fact,) = facts_of(read_wire(packed), packed, "receipt", datetime(2024, 6, 11, tzinfo=UTC))

    assert within == alone
    assert (fact.wire_sha256, getattr(fact, "parser", "")) == (sha256_of(FERRY), "ninjs@4")


def test_a_name_in_a_zip_is_no_path() -> None:
    members = members_of(wire(zipped({"../../etc/passwd": FERRY, "/abs/x.json": BANK})))

    assert members is not None
    assert [member.filename for member in members] == ["passwd", "x.json"]


def test_a_broken_wire_does_not_stop_the_others_and_is_told() -> None:
    data = zipped({"a.json": FERRY, "fog.json": BROKEN, "b.json": BANK})

    reading = read_wire(wire(data))
    records = parse_bytes(data, "today.zip", PROFILE)

    assert [item.uri for item in reading.items] == ["urn:ferry", "urn:bank"]
    assert [fault.code for fault in reading.faults] == ["json_broken"]
    assert reading.faults[0].detail.startswith("fog.json: ")
    assert [next(iter(record)) for record in records] == ["format", "format", "quarantine"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({}), "container_empty"),
        (zipped({"a.json": BROKEN}), "json_broken"),
        (zipped({"a.json": FERRY})[:-30], "container_broken"),
        (zipped({"a.json": FERRY * 50}).replace(b"\x00\x00\x08\x00", b"\x01\x00\x08\x00"), "container_encrypted"),
        (zipped({"a.json": FERRY}, zipfile.ZIP_BZIP2), "container_broken"),
        (zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "not_text"),
        (gzip.compress(FERRY)[:-9], "container_broken"),
        (b"\x1f\x8b\x08" + b"\xff" * 40, "container_broken"),
        (gzip.compress(b"\0" * 40_000_000), "container_bomb"),
        (zipped({"a.txt": b"a" * 40_000_000}), "container_bomb"),
    ],
)
def test_what_cannot_be_unpacked_is_refused_with_the_reason(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_wire(wire(data))

    assert refused.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        zipped({f"{n}.json": FERRY for n in range(4)}),
        b"\n".join([FERRY] * 4),
        gzip.compress(b"") * 4,
        zipped({"a.txt": bytes(range(256)) * 12}, zipfile.ZIP_STORED),
        gzip.compress(gzip.compress(gzip.compress(FERRY))),
    ],
)
def test_count_size_and_depth_have_limits(data: bytes) -> None:
    def unpacked(within: Wire, depth: int) -> None:
        for member in members_of(within, depth, SMALL) or ():
            unpacked(member, depth + 1)

    with pytest.raises(Unreadable) as refused:
        unpacked(wire(data), 0)

    assert refused.value.code == "container_bomb"
