"""The account as its readers see it, and whether it holds."""

from __future__ import annotations

from pathlib import Path

import httpx
import orjson
import pytest
from wiredesk.commands.audit import entries_table, exported, verdict, write_lines
from wiredesk.connection import Address, Connection, Problem
from wiredesk_core.deeds import Deed, Entry, seal
from wiredesk_core.testing import NOON

ENTRIES = seal(
    None,
    [
        Deed(at=NOON, actor=f"k{n}", name="desk", service="gateway", action="key.made", subject=f"s{n}")
        for n in (1, 2, 3)
    ],
)


def gateway(answer: httpx.Response) -> Connection:
    return Connection(Address("http://gateway", "wd_x"), transport=httpx.MockTransport(lambda _: answer))


def test_an_account_that_holds_says_what_to_note_and_is_known_by_it_again() -> None:
    told, holds = verdict(iter(ENTRIES), None)
    assert holds
    number, _, link = told.rpartition(" ")[2].partition(":")
    assert (int(number), link) == (3, ENTRIES[-1].hash)
    assert verdict(iter(ENTRIES), (3, link))[1]


def test_what_was_changed_taken_out_or_cut_off_is_named() -> None:
    first, second, third = ENTRIES
    forged = Entry(2, second.deed.model_copy(update={"actor": "nobody"}), second.hash)
    assert verdict(iter([first, forged, third]), None) == (
        "Entry 2 does not follow from the one before it: something was changed or taken out.", False,
    )  # fmt: skip
    assert not verdict(iter([first, third]), None)[1]
    assert verdict(iter([first, second]), None)[1]
    assert not verdict(iter([first, second]), (3, third.hash))[1]
    anew = seal(None, [entry.deed.model_copy(update={"actor": "nobody"}) for entry in ENTRIES])
    assert verdict(iter(anew), None)[1]
    assert not verdict(iter(anew), (3, third.hash))[1]


def test_an_empty_account_holds() -> None:
    assert verdict(iter(()), None) == ("The audit is empty.", True)


def test_an_export_is_what_the_gateway_told_a_line_an_entry(tmp_path: Path) -> None:
    lines = b"".join(orjson.dumps(entry.told(), option=orjson.OPT_APPEND_NEWLINE) for entry in ENTRIES)
    with gateway(httpx.Response(200, content=lines)) as connection:
        assert write_lines(exported(connection, {}), tmp_path / "audit.ndjson") == 3
    assert (tmp_path / "audit.ndjson").read_bytes() == lines


def test_a_refusal_is_told_as_one() -> None:
    refused = httpx.Response(403, json={"code": "scope_missing", "detail": "no"})
    with gateway(refused) as connection, pytest.raises(Problem, match="no"):
        list(exported(connection, {}))


def test_a_line_tells_who_did_what_about_what() -> None:
    line = entries_table([dict(ENTRIES[0].told())]).splitlines()[-1]
    for word in ("desk (k1)", "gateway", "key.made", "allowed", "s1"):
        assert word in line
