"""`wiredesk quarantine`: which entries, what came of each, and bytes that no terminal obeys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner
from wiredesk.__main__ import app
from wiredesk.connection import Address, Connection
from wiredesk.quarantine import Asked, Decided, decide_all, entries_of, entry_text, list_text, shown
from wiredesk_core.failures import Misconfigured, Refused

ENTRY: Mapping[str, Any] = {
    "quarantine_id": "wire.received-3-17", "state": "shelved", "round": 2, "attempts": 1, "at": "2026-03-04T12:00:00Z",
    "provider": "harbour", "stage": "parse", "code": "json_broken", "detail": "line 2\x1b[31m", "receipt_id": "r-1",
    "origin": {"topic": "wire.received", "partition": 3, "offset": 17, "key": "r-1"}, "size": 4,
    "decisions": [{"kind": "replay", "round": 1, "at": "2026-03-04T11:00:00Z", "by": "night desk", "reason": "fixed"}],
    "headers": {"content-type": "application/json"},
}  # fmt: skip


def connection(answer: Callable[[httpx.Request], httpx.Response]) -> Connection:
    return Connection(Address("http://desk.test", "wd_1_secret"), transport=httpx.MockTransport(answer), pause=print)


def test_pages_are_followed_until_there_is_enough() -> None:
    asked: list[Mapping[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        page = [{"quarantine_id": f"q-{len(asked)}-{number}"} for number in range(int(request.url.params["limit"]))]
        return httpx.Response(200, json={"quarantined": page, "next": "more"})

    found = list(entries_of(connection(answer), Asked(parameters={"code": "json_broken"}, limit=250)))
    assert len(found) == 250
    assert asked == [
        {"code": "json_broken", "limit": "200"},
        {"code": "json_broken", "cursor": "more", "limit": "50"},
    ]


def test_ids_are_looked_up_one_by_one_whatever_their_state() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"quarantine_id": request.url.path.rpartition("/")[2]})

    assert [e["quarantine_id"] for e in entries_of(connection(answer), Asked(("b", "a")))] == ["b", "a"]


def test_one_entry_that_is_refused_does_not_stop_the_others() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "/gone/" in request.url.path:
            return httpx.Response(409, json={"code": "quarantine_dropped", "detail": "Its bytes are gone."})
        return httpx.Response(200, json={"state": "replayed", "changed": "/new/" in request.url.path})

    entries = [{"quarantine_id": name} for name in ("new", "gone", "old")]
    assert decide_all(connection(answer), "replay", entries, "") == [
        Decided("new", "replayed"),
        Decided("gone", "refused", "quarantine_dropped: Its bytes are gone."),
        Decided("old", "was replayed already"),
    ]


def test_a_key_that_may_not_decide_ends_it_at_the_first_entry() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(403, json={"code": "scope_missing", "detail": "this API key lacks the scope"})

    with pytest.raises(Refused, match="lacks the scope"):
        decide_all(connection(answer), "drop", [ENTRY, ENTRY], "r")


def test_an_entry_is_shown_with_why_where_from_and_what_was_decided() -> None:
    text = entry_text(ENTRY, b'{"a\xff')
    assert "json_broken: line 2\\x1b[31m" in text
    assert "shelved, round 2, 1 attempts in it" in text
    assert "wire.received, partition 3, offset 17" in text
    assert "night desk" in text
    assert text.endswith('{"a\\xff')
    assert "dropped" in entry_text(ENTRY, None)
    assert "\x1b" not in text + list_text([ENTRY])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b]0;owned\x07\x1b[2J", "\\x1b]0;owned\\x07\\x1b[2J"),
        ("left \u202eright\u200b \x9b".encode(), "left \\u202eright\\u200b \\x9b"),
        (b"one\r\ntwo\rthree\tfour\x00\xff", "one\ntwo\\rthree\tfour\\x00\\xff"),
        ("Überfahrt 北京 🚢".encode(), "Überfahrt 北京 🚢"),
    ],
)
def test_no_byte_of_a_record_steers_a_terminal(data: bytes, text: str) -> None:
    assert shown(data) == text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list", "--raw"], "--raw goes with show"),
        (["list", "--since", "yesterday"], "'yesterday' is no moment"),
    ],
)
def test_what_has_no_meaning_is_said(arguments: list[str], told: str) -> None:
    ran = CliRunner().invoke(app, ["quarantine", *arguments, "--data", "no-desk"])
    assert isinstance(ran.exception, Misconfigured)
    assert told in str(ran.exception)
