"""The quarantine of a desk as its operators see it: what lies there, what a record holds, what was decided."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wiredesk_core.failures import Refused

from wiredesk.connection import Connection
from wiredesk.console import counting, table

Entry = Mapping[str, Any]
PAGE = 200
SHOWN_BYTES = 64 * 1024
"""How much of a record is written to a terminal; `--raw` writes all of it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding about one entry."""

    quarantine_id: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: by their ids, or all that the gateway finds for its parameters, at most so many."""

    ids: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    limit: int = PAGE


def entries_of(gateway: Connection, asked: Asked) -> Iterator[Entry]:
    """The entries, newest first; those asked for by id in the order given."""
    if asked.ids:
        for quarantine_id in asked.ids:
            yield gateway.get(f"/v1/quarantine/{quarantine_id}").json()
        return
    left = asked.limit
    place: dict[str, str] = {}
    while left > 0:
        page = gateway.get("/v1/quarantine", {**asked.parameters, **place, "limit": min(left, PAGE)}).json()
        yield from page["quarantined"]
        left -= len(page["quarantined"])
        if page["next"] is None:
            return
        place = {"cursor": page["next"]}


def decide_all(ingest: Connection, act: str, entries: Sequence[Entry], reason: str) -> list[Decided]:
    """Replay or drop each entry; one that is refused does not stop the others."""
    told: list[Decided] = []
    with counting({"replay": "Replaying", "drop": "Dropping"}[act], len(entries)) as advance:
        for entry in entries:
            told.append(_decide(ingest, act, str(entry["quarantine_id"]), reason))
            advance(1, told[-1].quarantine_id)
    return told


def _decide(ingest: Connection, act: str, quarantine_id: str, reason: str) -> Decided:
    body = {"reason": reason} if reason else {}
    try:
        answer = ingest.request("POST", f"/v1/quarantine/{quarantine_id}/{act}", json=body).json()
    except Refused as refused:
        if refused.status in (401, 403):
            raise  # the same key for all: the others would fare no better
        return Decided(quarantine_id, "refused", f"{refused.code}: {refused.detail}")
    return Decided(quarantine_id, answer["state"] if answer["changed"] else f"was {answer['state']} already")


def list_text(entries: Sequence[Entry]) -> str:
    """A line an entry."""
    rows = [
        (
            entry["quarantine_id"], entry["state"], str(entry["round"]), entry["at"], entry["provider"], entry["stage"],
            entry["code"], one_line(entry["detail"])[:100],
        )
        for entry in entries
    ]  # fmt: skip
    columns = ("Id", "State", "Round", "At", "Provider", "Stage", "Code", "Why")
    return table(columns, [tuple(one_line(cell) for cell in row) for row in rows])


def entry_text(entry: Entry, value: bytes | None) -> str:
    """One entry for people, its bytes made safe for a terminal; None: they were dropped."""
    origin = entry["origin"]
    facts = {
        "Id": entry["quarantine_id"],
        "State": f"{entry['state']}, round {entry['round']}, {entry['attempts']} attempts in it",
        "Why": f"{entry['code']}: {entry['detail']}",
        "Put aside": f"{entry['at']} by {entry['stage']}",
        "Provider": entry["provider"],
        "Receipt": entry["receipt_id"],
        "Origin": f"{origin['topic']}, partition {origin['partition']}, offset {origin['offset']}",
        "Size": f"{entry['size']} bytes",
    }
    told = [table(("", ""), [(name, one_line(str(value))) for name, value in facts.items()]).strip()]
    headers = [(name, one_line(str(value))) for name, value in entry.get("headers", {}).items()]
    told += [table(("Header", "Value"), headers)] if headers else []
    decisions = [
        (d["kind"], str(d["round"]), d["at"], one_line(d["by"]), one_line(d["reason"])) for d in entry["decisions"]
    ]
    told += [table(("Decision", "Round", "At", "By", "Reason"), decisions)] if decisions else []
    told += ["Its bytes were dropped." if value is None else _told_bytes(value)]
    return "\n\n".join(told)


def outcomes_text(outcomes: Sequence[Decided]) -> str:
    """What came of each decision."""
    return table(("Id", "Outcome", "Detail"), [(o.quarantine_id, o.outcome, one_line(o.detail)) for o in outcomes])


def outcomes_json(outcomes: Sequence[Decided]) -> str:
    """The same for programs."""
    told = [{"quarantine_id": o.quarantine_id, "outcome": o.outcome, "detail": o.detail} for o in outcomes]
    return json.dumps({"decided": told}, ensure_ascii=False)


def shown(data: bytes) -> str:
    """Bytes as text that no terminal obeys: what is not printable is written out, lines stay lines."""
    return printable(data.decode("utf-8", "backslashreplace").replace("\r\n", "\n"))


def printable(text: str) -> str:
    """Text with all that steers a terminal, or the direction of writing, written out."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """The same in one line, for a cell of a table."""
    return printable(" ".join(text.split()))


def _told_bytes(value: bytes) -> str:
    more = f"\n… and {len(value) - SHOWN_BYTES} bytes more: --raw writes all" if len(value) > SHOWN_BYTES else ""
    return shown(value[:SHOWN_BYTES]) + more
