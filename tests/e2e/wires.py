"""Wires by the thousand, made up from a seed, what should be served of them, and what is."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wiredesk.testing import Outside, wait_for
from wiredesk_core.identity import sha256_of
from wiredesk_core.item import Item, Status
from wiredesk_core.lifecycle import Standing, fold, head_of

EPOCH = datetime(2026, 3, 4, tzinfo=UTC)
PLACES = ("Oslo", "Lisbon", "Warsaw", "Seoul", "Nairobi", "Lima", "Ottawa", "Dhaka", "Rabat", "Riga")
ACTS = ("opened a harbour", "closed a mine", "elected a mayor", "launched a ferry", "planted a forest", "lost a bridge")

Served = Mapping[str, tuple[Standing, str]]
"""Where each uri stands, and its headline when it is shown."""


@dataclass(frozen=True, slots=True)
class Made:
    """One wire: its bytes, and the item it holds (None where it is broken)."""

    data: bytes
    item: Item | None


def make_wires(seed: int, stories: int) -> list[Made]:
    """Stories with corrections, kills, exact repeats and broken wires among them, in random order.

    Of ten stories four are corrected, some twice, and one is killed; of twenty wires one comes again; one in fifty
    is broken.
    """
    chance = random.Random(seed)
    wires = [made for number in range(stories) for made in _story(number, chance)]
    wires += [Made(f'{{"uri": "urn:alpha:broken-{n}", "headline'.encode(), None) for n in range(stories // 50)]
    wires += chance.sample(wires, len(wires) // 20)
    chance.shuffle(wires)
    return wires


def expected(wires: Iterable[Made]) -> dict[str, tuple[Standing, str]]:
    """What should be served of the wires, by uri: where the item stands, and its headline when it is shown.

    Versions differ in rank, so that the times of receipt, which only the desk knows, do not matter.
    """
    heads: dict[str, dict[str, Item]] = {}
    for made in wires:
        if made.item is not None:
            heads.setdefault(made.item.uri, {})[sha256_of(made.data)] = made.item
    return {uri: _served(items) for uri, items in heads.items()}


def _served(items: dict[str, Item]) -> tuple[Standing, str]:
    state = fold(head_of(item, sha256, EPOCH) for sha256, item in items.items())
    standing = state.standing(EPOCH)
    assert state.current is not None
    return standing, "" if standing is Standing.killed else items[state.current.wire_sha256].headline


def _story(number: int, chance: random.Random) -> Sequence[Made]:
    versions = 1 + (number % 10 in {1, 4, 6, 9}) + (number % 20 == 6)
    made = [_version(number, version, chance, Status.usable) for version in range(1, versions + 1)]
    if number % 10 == 3:
        made.append(_version(number, versions + 1, chance, Status.canceled))
    return made


def _version(number: int, version: int, chance: random.Random, status: Status) -> Made:
    place, act = chance.choice(PLACES), chance.choice(ACTS)
    headline = f"{place} {act}, story {number} version {version}"
    sentences = [f"{chance.choice(PLACES)} {chance.choice(ACTS)} on day {chance.randrange(999)}." for _ in range(6)]
    created = EPOCH + timedelta(minutes=number, seconds=version)
    fields = {
        "uri": f"urn:alpha:story-{number}",
        "version": str(version),
        "pubstatus": status.value,
        "versioncreated": created.isoformat(),
        "headline": headline,
        "body_text": " ".join([f"{place} {act}.", *sentences]),
    }
    item = Item(uri=fields["uri"], version=str(version), status=status, headline=headline, version_created=created)
    return Made(json.dumps(fields).encode(), item)


def assert_dispositions_add_up(journal: Mapping[str, Made], decided: Mapping[str, str]) -> None:
    """Of wires with the same bytes one is no duplicate; broken ones are in quarantine, all others are not."""
    fates: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
    for receipt, wire in journal.items():
        fates[wire.data][decided[receipt]] += 1
        assert (decided[receipt] == "quarantined") == (wire.item is None), (receipt, decided[receipt])
    for fate in fates.values():
        if "quarantined" not in fate:
            assert sum(fate.values()) - fate["duplicate"] == 1, fate


def served_now(desk: Outside) -> Served:
    """What the snapshot shows, by uri."""
    lines = [json.loads(line) for line in desk.get("/v1/snapshot").text.splitlines()]
    articles = [line.get("article", line) for line in lines]
    return {a["uri"]: (Standing.open, a["item"]["headline"]) for a in articles if "uri" in a}


def wait_followed(desk: Outside, provider: str, should: Served, deadline: float = 60.0) -> None:
    """Waits until a client who follows from the very start has just this: decisions are told before they are announced."""
    last: Served = {}

    def arrived() -> bool:
        nonlocal last
        last = followed(desk, provider)
        return last == should

    try:
        wait_for(arrived, "followers have what they should", deadline)
    except AssertionError:
        assert last == should


def followed(desk: Outside, provider: str) -> Served:
    """What a client has of a provider who followed /v1/changes from the very start."""
    state: dict[str, tuple[Standing, str]] = {}
    revisions: dict[str, int] = {}
    told: defaultdict[str, list[int]] = defaultdict(list)
    cursor: str | None = None
    while True:
        page = desk.get("/v1/changes", limit=500, **({"cursor": cursor} if cursor else {})).json()
        for change in [change for change in page["changes"] if change["provider"] == provider]:
            heard, known = change["revision"], revisions.get(change["uri"], 0)
            told[change["uri"]].append(heard)
            if heard < known:  # after a fault a change may be told again; for the first time it never comes late
                assert heard in told[change["uri"]][:-1], f"out of order: {change['uri']} {told[change['uri']]}"
                continue
            revisions[change["uri"]] = heard
            killed = change["kind"] == "killed"
            headline = "" if killed else change["article"]["item"]["headline"]
            state[change["uri"]] = (Standing.killed if killed else Standing.open, headline)
        cursor = page["next"]
        if not page["has_more"]:
            return state


def push_while(
    desk: Outside, made: Sequence[Made], events: Mapping[int, Callable[[], object]], size: int = 50
) -> dict[str, Made]:
    """Push in batches; after some of them something happens. Gives what was acknowledged: receipt -> wire."""
    journal: dict[str, Made] = {}
    for number, start in enumerate(range(0, len(made), size)):
        batch = made[start : start + size]
        receipts = desk.push_until_taken("alpha", [wire.data for wire in batch], key=f"batch-{number}", deadline=180)
        journal.update(zip(receipts, batch, strict=True))
        events.get(number, lambda: None)()
    return journal
