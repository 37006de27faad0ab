"""A whole desk takes in what most may not see, and answers every lesser key as it did before it had any of it.

Everything goes the real way, from the push to the gateway. What is kept from somebody carries a word of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from wiredesk.testing import Desk, wait_for
from wiredesk_core.identity import item_id_of
from wiredesk_gateway.crawling import Question, answers, fits, kept, questions, said
from wiredesk_gateway.matrix import HOLDERS, Holder

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

SEED = 20261125
CALLS = 120
"""Of each reading key, before and after: 2,000 in all. tests/integration/gateway/test_canaries.py asks 5,000 more of a
gateway alone, which answers sooner."""
CALLS_OF_OTHERS = 15
MOSTLY = 6
"""How much oftener a key asks for what it may see: a crawler that is only refused proves little."""
SETTLED_SECONDS = 120.0
STREAM_SECONDS = 2.0
PROVIDERS = ("harbour", "kestrel")
WORDS = ("ferry", "goal", "minister", "strike", "storm", "tram", "vote", "bridge")
LIMITS = {"providers": "provider", "genres": "genre", "languages": "language", "types": "type"}
OPEN_FATES = ("open", "open", "killed", "open", "noted", "expired")
SHUT_FATES = ("embargoed", "withheld", "killed unseen", "embargoed", "expired unseen")
FAR, LONG_AGO = "2099-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
QUARANTINED = "zquarantinex"
READING = tuple(holder for holder in HOLDERS if "items:read" in holder.scopes and holder.name != "insider")
OTHERS = tuple(holder for holder in HOLDERS if holder.scopes and "items:read" not in holder.scopes)


@dataclass(frozen=True, slots=True)
class Story:
    """A story, how it comes to stand, and a word that stands nowhere else."""

    number: int
    fate: str
    provider: str
    genre: str
    language: str
    type: str

    @property
    def canary(self) -> str:
        """Its own word."""
        return f"zq{self.number:03}x"

    @property
    def uri(self) -> str:
        """Its name, without its word: who may push for it is told that."""
        return f"urn:example:seen-{self.number}"

    def wires(self) -> Iterator[bytes]:
        """What its provider sends of it, in order."""
        yield self._note() if self.fate == "noted" else self._wire("1")
        if self.fate.startswith("killed"):
            yield self._wire("2", pubstatus="canceled", headline="Kill", body_text="", ednote="")

    def shows(self, holder: Holder) -> bool:
        """Whether the holder's key may have its words now."""
        says = {"type": "text", "genre": None, "language": None} if self.fate == "noted" else {}
        own = all(says.get(LIMITS[n], getattr(self, LIMITS[n])) in values for n, values in holder.limits.items())
        shut = self.fate in {"embargoed", "withheld"}
        ended = self.fate.startswith(("killed", "expired"))
        return own and not ended and "items:read" in holder.scopes and (not shut or "embargo:read" in holder.scopes)

    def _wire(self, version: str, **more: str) -> bytes:
        chance = random.Random(self.number)
        shut: dict[str, str] = {}
        if self.fate in {"embargoed", "killed unseen", "expired unseen"}:
            shut["embargoed"] = FAR
        if self.fate.startswith("expired"):
            shut["expires"] = LONG_AGO
        if self.fate == "withheld":
            shut["pubstatus"] = "withheld"
        told = {
            "uri": self.uri,
            "version": version,
            "versioncreated": f"2026-03-04T12:{self.number % 60:02}:00Z",
            "genre": [{"name": self.genre}],
            "language": self.language,
            "type": self.type,
            "headline": f"{self.canary} {chance.choice(WORDS)}",
            "body_text": f"{' '.join(chance.choices(WORDS, k=40))} {self.canary}.",
            "ednote": f"{self.canary} for editors",
            "usageterms": f"{self.canary} terms",
            "altids": {"doc": f"doc-{self.number}"},
        }
        return json.dumps({**told, **shut, **more}).encode()

    def _note(self) -> bytes:
        """As NITF, with a note that is never served."""
        return (
            f'<nitf uno="{self.uri}"><head><docdata><doc-id id-string="{self.uri}"/></docdata></head><body><body.head>'
            f'<hedline><hl1>{self.canary} harbour</hl1></hedline><note type="npa"><body.content><p>zr{self.number:03}x, '
            f"call the desk.</p></body.content></note></body.head><body.content><p>A ferry and a tram, {self.canary}."
            "</p></body.content></body></nitf>"
        ).encode()


def stories(fates: Sequence[str], numbers: range) -> list[Story]:
    """Stories of all providers, genres, languages and types by turns."""
    chance = random.Random(numbers.start)
    return [
        Story(
            number,
            fates[number % len(fates)],
            chance.choice(PROVIDERS),
            chance.choice(("Sport", "Trade")),
            chance.choice(("en", "de")),
            chance.choice(("text", "picture")),
        )
        for number in numbers
    ]


def tell(desk: Desk, told: Sequence[Story]) -> list[str]:
    """Push all of it, each story's wires one after the other, and wait until all is decided; gives the receipts."""
    receipts: list[str] = []
    for turn in range(2):
        taken = []
        for story in told:
            wires = list(story.wires())
            if turn < len(wires):
                kind = "application/json" if wires[turn].startswith(b"{") else "application/xml"
                answer = desk.push(story.provider, wires[turn], kind)
                assert answer.status_code == 202, answer.text
                taken.append(answer.json()["receipts"][0]["receipt_id"])
        desk.wait_decided(taken, SETTLED_SECONDS)
        receipts += taken
    return receipts


def wait_settled(desk: Desk, alive: int) -> None:
    """Until all that lives is found, with all its layers: then nothing that is told changes by itself any more."""

    def settled() -> bool:
        lines = desk.get("/v1/snapshot").text.splitlines()
        found = desk.get("/v1/items", limit=1).json()["total"]
        return len(lines) - 1 == alive == found and not any('"status":"pending"' in line for line in lines)

    wait_for(settled, f"{alive} stories are found, with their layers", SETTLED_SECONDS)
    wait_for(lambda: desk.get("/v1/status").json()["unsent"] == 0, "all is announced", SETTLED_SECONDS)


def pools(told: Sequence[Story], holder: Holder, receipts: Sequence[str], shelved: str) -> Mapping[str, Sequence[str]]:
    """What a holder asks with: names and words of everything, most often of what he may see."""
    named = [*told, *[story for story in told if story.shows(holder)] * MOSTLY]
    return {
        "item_id": [item_id_of(story.provider, story.uri) for story in named],
        "receipt_id": receipts,
        "quarantine_id": [shelved],
        "uri": [name for story in named for name in (story.uri, f"doc-{story.number}")],
        "q": [*WORDS, *(story.canary for story in told), "ferry OR goal", "headline:tram", "storm NOT headline:vote"],
        "provider": PROVIDERS,
        "not_provider": PROVIDERS,
        "language": ["en", "de"],
        "genre": ["Sport", "Trade"],
        "entity": ["Q423"],
        "facets": ["provider,language,type,entity", "type"],
        "fields": ["item.headline", "item,text", "uri"],
        "as_of": ["2020-01-01T00:00:00Z", "2098-01-01T00:00:00Z"],
        "published_from": ["2026-03-04", "2026-03-04T12:20:00Z"],
        "published_to": ["2026-03-05", "2026-03-04T12:40:00Z"],
        "indexed_from": ["2026-03-04"],
        "since": ["2026-03-04"],
        "until": ["2026-03-05"],
        "key": ["signature:harbour"],
        "after": [""],
        "wait": ["0"],
        "limit": ["3", "10", "50"],
    }


class Eyes:
    """A key of a holder's kind, and what it was answered to the same questions before and after."""

    def __init__(self, desk: Desk, holder: Holder) -> None:
        wanted = {
            "name": holder.name,
            "scopes": list(holder.scopes),
            "per_minute": 1_000_000,
            **{limit: sorted(values) for limit, values in holder.limits.items()},
        }
        made = httpx.post(f"{desk.address('gateway')}/v1/keys", json=wanted, headers=desk.headers)
        assert made.status_code == 201, made.text
        self.holder = holder
        self._url, self._headers = desk.address("gateway"), {"authorization": f"Bearer {made.json()['token']}"}

    async def ask(self, asked: Sequence[Question]) -> list[httpx.Response]:
        """All of it, over one connection."""
        async with httpx.AsyncClient(base_url=self._url, headers=self._headers, timeout=30) as client:
            return await answers(lambda path, params: client.get(path, params=params), asked)

    async def follow(self) -> str:
        """What the event stream tells within a moment, from its start."""
        told: list[str] = []
        async with httpx.AsyncClient(base_url=self._url, headers=self._headers, timeout=30) as client:
            try:
                async with asyncio.timeout(STREAM_SECONDS), client.stream("GET", "/v1/changes/stream") as answer:
                    told.append(repr(answer.headers.multi_items()))
                    async for line in answer.aiter_lines():
                        told.append(line)  # noqa: PERF401  # what was told until the time is over counts
            except TimeoutError:
                pass
        return "\n".join(told)


async def together(eyes: Sequence[Eyes], asked: Sequence[Sequence[Question]]) -> list[list[httpx.Response]]:
    """All keys ask at once."""
    return await asyncio.gather(*(each.ask(some) for each, some in zip(eyes, asked, strict=True)))


def is_comparable(eyes: Eyes, question: Question) -> bool:
    """Whether what is shut changes nothing for this key: insiders see it, and usage counts what was asked between."""
    return "embargo:read" not in eyes.holder.scopes and question.path != "/v1/usage"


@pytest.fixture(scope="module")
def desk(start_desk: Callable[..., Desk]) -> Desk:
    return start_desk(workers=1, more_providers="".join(f"[{name}]\n" for name in PROVIDERS))


async def test_no_lesser_key_learns_of_what_it_may_not_see_by_a_byte_a_count_or_a_score(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    seen, shut = stories(OPEN_FATES, range(60)), stories(SHUT_FATES, range(60, 90))
    receipts = tell(desk, seen)
    wait_settled(desk, sum(story.fate in {"open", "noted"} for story in seen))
    eyes = [Eyes(desk, holder) for holder in (*READING, *OTHERS)]
    shelved = put_aside(desk)
    told = [*seen, *shut]
    asked = prepared(desk, eyes, [pools(told, each.holder, receipts, shelved) for each in eyes])
    before = await together(eyes, asked)
    tell(desk, shut)
    wait_settled(desk, sum(story.fate in {"open", "noted", "embargoed", "withheld"} for story in told))
    after = await together(eyes, asked)
    counts: Counter[str] = Counter()
    for each, some, first, second in zip(eyes, asked, before, after, strict=True):
        streamed = await each.follow() if each.holder in READING else ""
        counts += looked_at(each, some, list(zip(first, second, strict=True)), streamed, told)
    with capsys.disabled():
        print(f"\ncanaries on a whole desk: {dict(counts)}")  # noqa: T201 -- counts are for whoever runs it
    assert counts["calls"] >= 2000
    assert counts["2xx"] >= 0.6 * counts["calls"]
    assert counts["seen"] >= 0.1 * counts["calls"], "a crawler that finds nothing proves nothing"
    assert counts["alike"] >= 0.25 * counts["calls"], "of half of the calls, insiders' are not compared"
    assert counts["streamed"] >= len(READING) / 2


def looked_at(
    each: Eyes,
    some: Sequence[Question],
    pairs: Sequence[tuple[httpx.Response, httpx.Response]],
    streamed: str,
    told: Sequence[Story],
) -> Counter[str]:
    """Looks at every byte that a key was answered; gives what was counted on the way."""
    forbidden = re.compile("|".join([*hidden_from(each.holder, told), r"zr\d{3}x"]))
    assert (leak := forbidden.search(streamed)) is None, f"{leak} in the stream of {each.holder.name}"
    counts = Counter({"streamed": int("zq" in streamed)})
    for question, (one, other) in zip(some, pairs, strict=True):
        where = f"{each.holder.name}: {question}"
        for answer in (one, other):
            assert (leak := forbidden.search(said(answer))) is None, f"{leak} for {where}"
            counts.update(["calls", f"{answer.status_code // 100}xx"])
            counts["seen"] += "zq" in answer.text
        if is_comparable(each, question):
            assert kept(one) == kept(other), where
            counts["alike"] += 1
    return counts


def hidden_from(holder: Holder, told: Sequence[Story]) -> list[str]:
    """The words that no answer to the holder's key may have. A mender of the provider reads what nobody could."""
    mends = "quarantine:admin" in holder.scopes and holder.mends
    return [*(story.canary for story in told if not story.shows(holder)), *([] if mends else [QUARANTINED])]


def put_aside(desk: Desk) -> str:
    """Something that nobody can read, in quarantine; gives its id."""
    assert desk.push("harbour", f'{{"headline": "{QUARANTINED}'.encode()).status_code == 202

    def shelved() -> str | None:
        found = desk.get("/v1/quarantine").json()["quarantined"]
        return str(found[0]["quarantine_id"]) if found else None

    return str(wait_for(shelved, "the broken wire is put aside", SETTLED_SECONDS))


def prepared(desk: Desk, eyes: Sequence[Eyes], pools: Sequence[Mapping[str, Sequence[str]]]) -> list[list[Question]]:
    """What each key asks, of all routes that there are."""
    document: dict[str, Any] = desk.get("/openapi.json").json()
    chance = random.Random(SEED)
    asked = []
    for each, pool in zip(eyes, pools, strict=True):
        stream = filter(fits, questions(document, {**pool, "key_id": ["0" * 16]}, chance))
        asked.append(list(itertools.islice(stream, CALLS if each.holder in READING else CALLS_OF_OTHERS)))
    return asked
