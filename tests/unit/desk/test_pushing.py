"""Pushing: which files for whom, what is tried again, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from wiredesk.connection import Address, Connection, Unreachable, address_of
from wiredesk.places import DeskFolder
from wiredesk.pushing import (
    Outcome,
    Parcel,
    Pending,
    exit_code,
    follow_all,
    is_complete,
    outcomes_of,
    parcels_of,
    push,
    push_all,
)
from wiredesk.running import DeskNote, sole_desk, write_note
from wiredesk_core.failures import Misconfigured, Refused

ADDRESS = Address("http://desk.test", "wd_1_secret")
RECEIVED = {"stage": "received", "item_id": "", "uri": "", "disposition": None, "code": "", "detail": ""}
PARSED = {**RECEIVED, "stage": "parsed", "detail": "1 versions, 0 cancel marks"}
APPLIED = {**RECEIVED, "stage": "applied", "item_id": "i1", "uri": "urn:1", "disposition": "accepted"}
BROKEN = {**RECEIVED, "stage": "parsed", "disposition": "quarantined", "code": "json_broken", "detail": "line 2"}


def connection(answer: Callable[[httpx.Request], httpx.Response], pauses: list[float] | None = None) -> Connection:
    noted = pauses if pauses is not None else []
    return Connection(ADDRESS, transport=httpx.MockTransport(answer), pause=noted.append)


def taken(request: httpx.Request) -> httpx.Response:
    url = f"http://gateway.test/v1/receipts/r-{request.url.path.rpartition('/')[2]}"
    return httpx.Response(202, json={"receipts": [{"receipt_id": url.rpartition("/")[2], "url": url}]})


def test_a_folder_is_pushed_in_the_order_of_names_for_the_provider_it_is_named_after(tmp_path: Path) -> None:
    for name in ("north/02.json", "north/01.json", "alta/01.xml", "north/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"wire")

    parcels = parcels_of([str(tmp_path)], None)

    assert [(parcel.name, parcel.provider) for parcel in parcels] == [
        ("alta/01.xml", "alta"), ("north/01.json", "north"), ("north/02.json", "north"),
    ]  # fmt: skip
    assert {parcel.provider for parcel in parcels_of([str(tmp_path)], "one")} == {"one"}


def test_what_cannot_be_pushed_is_said_before_anything_is_pushed(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no file or folder"):
        parcels_of([str(tmp_path / "nothing")], "p")
    with pytest.raises(Misconfigured, match="holds no file"):
        parcels_of([str(tmp_path)], "p")
    with pytest.raises(Misconfigured, match="--provider"):
        parcels_of(["-"], None)


def test_a_push_carries_key_type_name_and_one_idempotency_key_over_all_attempts(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []
    pauses: list[float] = []
    wire = tmp_path / "Überfall.json"
    wire.write_bytes(b"{}")

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            raise httpx.ConnectError("refused")
        return httpx.Response(503, headers={"Retry-After": "3"}) if len(seen) == 2 else taken(request)

    with connection(answer, pauses) as ingest:
        (pending,) = push(Parcel(wire, "north", "wire"), ingest)

    assert pending.receipt_id == "r-north"
    assert len({request.headers["Idempotency-Key"] for request in seen}) == 1
    assert seen[0].headers["Authorization"] == "Bearer wd_1_secret"
    assert seen[0].headers["Content-Type"] == "application/json"
    assert (b"X-Filename", "Überfall.json".encode()) in seen[0].headers.raw
    assert seen[0].url.path == "/v1/wires/north"
    assert pauses == [0.4, 3.0]


def test_lines_of_a_batch_are_told_apart(tmp_path: Path) -> None:
    batch = tmp_path / "wires.ndjson"
    batch.write_bytes(b"{}\n{}\n")
    receipts = [{"receipt_id": f"r{n}", "url": f"http://g/v1/receipts/r{n}"} for n in (1, 2)]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Content-Type"] == "application/x-ndjson"
        return httpx.Response(202, json={"receipts": receipts})

    with connection(answer) as ingest:
        pending = push(Parcel(batch, "north", "batch"), ingest)

    assert [one.file for one in pending] == ["batch:1", "batch:2"]


def test_one_refused_file_does_not_stop_the_others(tmp_path: Path) -> None:
    parcels = [Parcel(tmp_path / name, name, name) for name in ("unknown", "north")]
    for parcel in parcels:
        parcel.path.write_bytes(b"wire")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("unknown"):
            return httpx.Response(404, json={"code": "unknown_provider", "detail": "There is no profile."})
        return taken(request)

    with connection(answer) as ingest:
        refused, pending = push_all(parcels, ingest)

    assert [(o.disposition, o.detail) for o in refused] == [("refused", "unknown_provider: There is no profile.")]
    assert [one.receipt_id for one in pending] == ["r-north"]


def test_a_wrong_key_ends_the_push_at_once(tmp_path: Path) -> None:
    wire = tmp_path / "wire"
    wire.write_bytes(b"wire")

    with (
        connection(lambda _: httpx.Response(401, json={"code": "key_unknown", "detail": "not known"})) as ingest,
        pytest.raises(Refused, match="not known"),
    ):
        push_all([Parcel(wire, "p", "wire")] * 3, ingest)


def test_receipts_are_followed_until_each_item_has_its_disposition() -> None:
    states: dict[str, list[list[dict[str, Any]] | None]] = {
        "r1": [None, [RECEIVED], [RECEIVED, PARSED], [RECEIVED, PARSED, APPLIED]],
        "r2": [[RECEIVED, BROKEN]],
    }

    def answer(request: httpx.Request) -> httpx.Response:
        steps = states[request.url.path.rpartition("/")[2]]
        notes = steps.pop(0) if len(steps) > 1 else steps[0]
        return httpx.Response(404) if notes is None else httpx.Response(200, json={"notes": notes})

    with connection(answer) as gateway:
        outcomes = follow_all([Pending("a", "r1", ""), Pending("b", "r2", "")], gateway, 10)

    assert outcomes == [
        Outcome("a", "accepted", "urn:1", "", "i1"),
        Outcome("b", "quarantined", "", "json_broken: line 2"),
    ]


def test_a_receipt_that_is_not_decided_in_time_is_waiting_and_not_lost() -> None:
    with connection(lambda _: httpx.Response(404)) as gateway:
        (outcome,) = follow_all([Pending("a", "r1", "")], gateway, 0)

    assert (outcome.disposition, outcome.item) == ("waiting", "r1")


def test_a_wire_with_three_items_is_complete_with_three_dispositions() -> None:
    three = {**PARSED, "detail": "3 versions, 1 cancel marks"}

    assert not is_complete([RECEIVED, three, APPLIED, APPLIED])
    assert is_complete([APPLIED, RECEIVED, APPLIED, three, APPLIED])
    assert len(outcomes_of("f", [three, APPLIED, APPLIED, APPLIED])) == 3


@pytest.mark.parametrize(
    ("dispositions", "code"),
    [
        (["accepted", "duplicate"], 0),
        (["accepted", "quarantined"], 3),
        (["quarantined", "refused"], 1),
        (["waiting"], 1),
    ],
)
def test_the_exit_code_says_the_worst(dispositions: list[str], code: int) -> None:
    assert exit_code([Outcome("f", disposition) for disposition in dispositions]) == code


def test_a_desk_that_does_not_answer_is_named() -> None:
    def dead(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    with connection(dead) as gateway, pytest.raises(Unreachable, match=r"http://desk\.test/v1/items does not answer"):
        gateway.get("/v1/items")


def test_an_answer_that_is_no_problem_json_is_told_by_its_status() -> None:
    with connection(lambda _: httpx.Response(500, text=json.dumps([1]))) as gateway, pytest.raises(Refused) as refused:
        gateway.get("/v1/items")

    assert (refused.value.status, str(refused.value)) == (500, "Internal Server Error")


def test_commands_find_the_desk_of_the_folder(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    with pytest.raises(Unreachable, match=r"No desk runs on .* `wiredesk up`"):
        address_of("gateway", folder, None, "k")
    with sole_desk(folder):
        write_note(folder, DeskNote(pid=1, gateway="http://g", ingest="http://i", broker="b"))
        with pytest.raises(Unreachable, match="There is no key"):
            address_of("ingest", folder, None, None)
        folder.key.write_text("wd_1_s\n", "utf-8")
        assert address_of("ingest", folder, None, None) == Address("http://i", "wd_1_s")
        assert address_of("ingest", folder, "http://other/", "mine") == Address("http://other", "mine")
