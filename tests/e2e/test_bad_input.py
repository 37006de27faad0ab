"""What strangers send: each is refused clearly or put aside with its reason; nothing is fetched, nothing stops."""

from __future__ import annotations

import gzip
import json
import select
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

MIB = 1024 * 1024
MAX_BODY_BYTES = MIB * 3 // 2
SECRET = "copper-lantern-57"


@pytest.fixture(scope="module")
def desk(start_desk: Callable[..., Desk]) -> Desk:
    return start_desk(workers=1, environ={"INGEST_MAX_BODY_BYTES": str(MAX_BODY_BYTES)})


@pytest.fixture(scope="module", autouse=True)
def stays_up(desk: Desk) -> Iterator[None]:
    """After all of it every service is the process that it was, is ready, and takes and serves a normal wire.

    The broker alone may have been started anew: a test kills it.
    """
    before = {name: desk.pid(name) for name in ("ingest", "enrichment", "indexing", "gateway")}
    yield
    assert desk.is_ready()
    assert {name: desk.pid(name) for name in before} == before
    assert pushed_and_decided(desk, story("after-all")) == ["accepted"]
    assert desk.get("/v1/items", uri="urn:alpha:after-all").status_code == 200


def story(name: str, **fields: Any) -> bytes:
    """A normal wire."""
    told = {"uri": f"urn:alpha:{name}", "version": "1", "headline": "Harbour opens", "body_text": "The harbour opened."}
    return json.dumps({**told, **fields}).encode()


def pushed_and_decided(desk: Desk, body: bytes, content_type: str = "application/json") -> list[str]:
    answer = desk.push("alpha", body, content_type)
    assert answer.status_code == 202, answer.text
    (receipt,) = [told["receipt_id"] for told in answer.json()["receipts"]]
    return list(desk.wait_decided([receipt], 30)[receipt])


def quarantined(desk: Desk, body: bytes, content_type: str, code: str) -> dict[str, Any]:
    """Push what cannot be read: its receipt says so and the shelf has it with its bytes. Gives the shelf's entry."""
    answer = desk.push("alpha", body, content_type)
    assert answer.status_code == 202, answer.text
    receipt = answer.json()["receipts"][0]["receipt_id"]
    assert desk.wait_decided([receipt], 30)[receipt] == ["quarantined"]
    (note,) = [n for n in desk.get(f"/v1/receipts/{receipt}").json()["notes"] if n["disposition"] == "quarantined"]
    assert (note["code"], bool(note["detail"])) == (code, True)

    def shelved() -> dict[str, Any] | None:
        entries = desk.get("/v1/quarantine", provider="alpha", limit=100).json()["quarantined"]
        return next((entry for entry in entries if entry["receipt_id"] == receipt), None)

    entry: dict[str, Any] = wait_for(shelved, "it is on the shelf", 10)
    assert (entry["code"], entry["detail"], entry["size"]) == (code, note["detail"], len(body))
    return entry


def check_problem(answer: httpx.Response, status: int, code: str) -> None:
    """One shape for everything that is refused, and nothing of the inside in it."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), answer.text
    assert len(problem["detail"]) > 20
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("body", [b"", b" \r\n\t ", gzip.compress(b"")], ids=["nothing", "blanks", "nothing, packed"])
def test_an_empty_body_is_refused(desk: Desk, body: bytes) -> None:
    packed = {"content-encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}
    check_problem(desk.push("alpha", body, "text/plain", **packed), 400, "empty_body")


def test_an_oversized_body_is_refused_by_what_it_says_and_by_what_it_is(desk: Desk) -> None:
    body = story("large", body_text="x" * MAX_BODY_BYTES)
    check_problem(desk.push("alpha", body), 413, "body_too_large")
    answer = httpx.post(
        f"{desk.note()['ingest']}/v1/wires/alpha",
        content=iter([body[:MIB], body[MIB:]]),
        headers={**desk.headers, "content-type": "application/json"},
    )
    check_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize("letters", ["x" * 8 * MIB, "x" * MIB], ids=["larger than allowed", "hardly anything packed"])
def test_a_gzip_bomb_is_refused(desk: Desk, letters: str) -> None:
    bomb = gzip.compress(story("bomb", body_text=letters))
    assert len(bomb) < len(letters) / 200
    check_problem(desk.push("alpha", bomb, **{"content-encoding": "gzip"}), 413, "gzip_bomb")


def test_broken_and_unknown_packing_is_refused(desk: Desk) -> None:
    packed = gzip.compress(story("packed"))
    check_problem(desk.push("alpha", packed[:-9], **{"content-encoding": "gzip"}), 400, "broken_gzip")
    check_problem(desk.push("alpha", packed, **{"content-encoding": "br"}), 415, "unknown_encoding")


@pytest.mark.parametrize("content_type", ["image/jpeg", "application/pdf", "multipart/form-data; boundary=x"])
def test_a_content_type_that_holds_no_wire_is_refused(desk: Desk, content_type: str) -> None:
    check_problem(desk.push("alpha", story("picture"), content_type), 415, "not_a_wire")


def test_a_content_type_that_lies_is_seen_through(desk: Desk) -> None:
    assert pushed_and_decided(desk, story("lying"), "application/xml") == ["accepted"]
    item = desk.get("/v1/items", uri="urn:alpha:lying").json()["item"]
    assert item["raw"]["format"].startswith("ninjs")
    assert [warning["code"] for warning in item["warnings"]] == ["content_type_mismatch"]


def test_an_unknown_provider_is_refused(desk: Desk) -> None:
    check_problem(desk.push("nobody", story("stray")), 404, "unknown_provider")


def test_a_missing_key_and_a_wrong_one_are_refused_before_the_body_is_read(desk: Desk) -> None:
    url = f"{desk.note()['ingest']}/v1/wires/alpha"
    missing = httpx.post(url, content=story("keyless"))
    check_problem(missing, 401, "key_missing")
    assert missing.headers["www-authenticate"].startswith("Bearer")
    token = desk.headers["authorization"]
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    check_problem(desk.push("alpha", story("keyless"), authorization=wrong), 401, "key_unknown")
    check_problem(desk.push("alpha", story("keyless"), authorization="Bearer me"), 401, "key_malformed")
    assert desk.get("/v1/items", uri="urn:alpha:keyless").status_code == 404


def test_invalid_utf8_is_read_with_a_warning_that_says_so(desk: Desk) -> None:
    body = story("bytes", headline="Harbour HERE opens").replace(b"HERE", b"caf\xe9 \xc3")
    assert pushed_and_decided(desk, body, "application/json; charset=utf-8") == ["accepted"]
    item = desk.get("/v1/items", uri="urn:alpha:bytes").json()["item"]
    assert item["headline"].startswith("Harbour caf")
    assert item["warnings"]


def test_bytes_that_are_no_text_are_put_aside(desk: Desk) -> None:
    entry = quarantined(desk, b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8, "text/plain", "not_text")
    assert "base64" in entry


def test_json_that_ends_too_early_is_put_aside(desk: Desk) -> None:
    quarantined(desk, story("cut")[:-20], "application/json", "json_broken")


@pytest.mark.parametrize(
    "body",
    [
        b'{"uri": "urn:alpha:deep", "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"uri": "urn:alpha:number", "urgency": ' + b"9" * 1_000_000 + b"}",
        b'{"uri": "urn:alpha:wide", "keywords": [' + b"1," * 600_000 + b"1]}",
    ],
    ids=["deep", "long number", "many values"],
)
def test_a_json_bomb_is_put_aside(desk: Desk, body: bytes) -> None:
    quarantined(desk, body, "application/json", "json_bomb")


@pytest.mark.parametrize("exponent", ["1e400", "-1e99999", "1e-99999"])
def test_a_number_beyond_all_floats_neither_stops_nor_loses_the_wire(desk: Desk, exponent: str) -> None:
    body = story(f"float{exponent}", urgency=0).replace(b'"urgency": 0', b'"urgency": ' + exponent.encode())
    assert pushed_and_decided(desk, body) in (["accepted"], ["quarantined"])


def news_message(headline: str, doctype: str = "") -> bytes:
    """A NewsML-G2 item of one paragraph."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{doctype}
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:alpha:xml" version="1" standard="NewsML-G2">
<contentMeta><headline>{headline}</headline></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><body><p>The harbour opened.</p></body></html>
</inlineXML></contentSet></newsItem>""".encode()


def test_an_xml_bomb_is_put_aside(desk: Desk) -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    bomb = news_message("&l9;", f'<!DOCTYPE newsItem [<!ENTITY l0 "ha">{laughs}]>')
    quarantined(desk, bomb, "application/xml", "xml_bomb")
    blown = news_message("&a;" * 20_000, f'<!DOCTYPE newsItem [<!ENTITY a "{"a" * 20_000}">]>')
    quarantined(desk, blown, "application/xml", "xml_bomb")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket on this machine that nobody should come to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE newsItem [<!ENTITY x SYSTEM "{url}">]>',
        '<!DOCTYPE newsItem [<!ENTITY x PUBLIC "-//X//X//EN" "{url}">]>',
    ],
    ids=["general", "public"],
)
@pytest.mark.parametrize("way", ["file", "http"])
def test_an_external_entity_is_put_aside_and_never_fetched(
    desk: Desk, listener: socket.socket, secret_file: Path, doctype: str, way: str
) -> None:
    url = secret_file.as_uri() if way == "file" else f"http://127.0.0.1:{listener.getsockname()[1]}/x.dtd"
    entry = quarantined(desk, news_message("&x;", doctype.format(url=url)), "application/xml", "external_entity")
    assert SECRET not in json.dumps(entry)
    assert select.select([listener], [], [], 0) == ([], [], [])


def test_an_external_dtd_or_a_part_of_one_is_never_fetched(
    desk: Desk, listener: socket.socket, secret_file: Path
) -> None:
    web = f"http://127.0.0.1:{listener.getsockname()[1]}/news.dtd"
    urls = (web, secret_file.as_uri())
    whole = [f'<!DOCTYPE newsItem SYSTEM "{url}">' for url in urls]
    parts = [f'<!DOCTYPE newsItem [<!ENTITY % p SYSTEM "{url}"> %p;]>' for url in urls]
    for number, doctype in enumerate([*whole, *parts]):
        wire = news_message("Harbour &x; opens", doctype)
        decided = pushed_and_decided(desk, wire.replace(b"urn:alpha:xml", b"urn:alpha:dtd%d" % number), "text/xml")
        assert decided in (["accepted"], ["quarantined"])
    include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="%b"/>'
    wire = news_message("Harbour").replace(b"The harbour", include % secret_file.as_uri().encode() + b"The harbour")
    assert pushed_and_decided(desk, wire, "text/xml") == ["accepted"]
    assert select.select([listener], [], [], 0) == ([], [], [])
    snapshot = desk.get("/v1/snapshot").text
    assert '"kind":"end"' in snapshot
    assert SECRET not in snapshot
    assert SECRET not in desk.get("/v1/quarantine", limit=100).text
    assert SECRET not in desk.get("/v1/changes", limit=500).text


def test_one_bad_line_of_a_batch_costs_the_others_nothing(desk: Desk) -> None:
    batch = b"\n".join([story("batch-1"), b'{"uri": "urn:alpha:batch-2", ', story("batch-3")])
    answer = desk.push("alpha", batch, "application/x-ndjson")
    receipts = [told["receipt_id"] for told in answer.json()["receipts"]]
    decided = desk.wait_decided(receipts, 30)
    assert [decided[receipt] for receipt in receipts] == [["accepted"], ["quarantined"], ["accepted"]]


def test_while_the_broker_is_down_nothing_is_promised_and_afterwards_the_same_push_is_served(desk: Desk) -> None:
    wire, key = story("outage"), {"idempotency-key": "outage-1"}
    desk.kill("kafka")
    assert not desk.is_ready()
    answers: list[httpx.Response] = []

    def taken() -> bool:
        answers.append(desk.push("alpha", wire, **key))
        return answers[-1].status_code == 202

    wait_for(taken, "the push is taken", 90)
    for refused in answers[:-1]:
        check_problem(refused, 503, "unavailable")
        assert int(refused.headers["retry-after"]) >= 1
    receipt = answers[-1].json()["receipts"][0]["receipt_id"]
    assert desk.wait_decided([receipt], 60)[receipt] == ["accepted"]
    assert desk.push("alpha", wire, **key).json()["receipts"][0]["receipt_id"] == receipt
    assert desk.get("/v1/items", uri="urn:alpha:outage").status_code == 200
    assert desk.get("/v1/items", uri="urn:alpha:lying").status_code == 200
    wait_for(desk.is_ready, "every process is ready again", 60)
