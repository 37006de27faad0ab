"""What a key may not see is in no byte of any answer, and answers are the same as where it never was.

Stories that somebody may not see carry a word of their own. Every lesser key asks everything, thousands of times.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from wiredesk_core.archive import open_archive
from wiredesk_core.article import Entity
from wiredesk_core.identity import item_id_of
from wiredesk_core.index import open_index
from wiredesk_core.item import Item, Status
from wiredesk_core.lifecycle import Standing
from wiredesk_core.testing import after, changed, make_item, note, set_aside
from wiredesk_gateway.crawling import Question, answers, fits, kept, questions, said
from wiredesk_gateway.matrix import HOLDERS, Holder
from wiredesk_gateway.testing import Newsroom

pytestmark = pytest.mark.slow

SEED = 20260304
STORIES = 90
CALLS = 600
"""By each lesser key, of a newsroom that holds everything: with HOLDERS of today 5,400 in all. As many again are asked of
one that never held what the key may not see."""
WORDS = ("ferry", "goal", "harbour", "minister", "strike", "storm", "tram", "vote")
LESSER = tuple(holder for holder in HOLDERS if "items:read" in holder.scopes and holder.name != "insider")


@dataclass(frozen=True, slots=True)
class Story:
    """An item, how it came to stand, and a word that stands nowhere else."""

    number: int
    item: Item
    fate: str

    @property
    def canary(self) -> str:
        """Its own word."""
        return f"zq{self.number:03}x"

    @property
    def item_id(self) -> str:
        """Its name in paths."""
        return item_id_of(self.item.provider, self.item.uri)

    def is_ever_for(self, holder: Holder) -> bool:
        """Whether the holder's key could at any time see it, by what the story is and nothing else."""
        own: Mapping[str, Any] = {
            "providers": self.item.provider,
            "genres": self.item.genre,
            "languages": self.item.language,
            "types": self.item.type.value,
        }
        within = all(own[limit] in values for limit, values in holder.limits.items())
        return within and ("embargo:read" in holder.scopes or self.fate in {"open", "killed", "released"})


FATES = ("open", "embargoed", "open", "withheld", "released", "killed", "killed unseen", "open")


def stories(chance: random.Random, number_of: int) -> Iterator[Story]:
    """Stories of two providers, of a genre, language and type each, or of none; a third of them shut."""
    for number in range(number_of):
        fate = FATES[number % len(FATES)]
        words = " ".join(chance.choices(WORDS, k=30))
        canary = f"zq{number:03}x"
        item = make_item(
            uri=f"urn:example:story-{number}",
            provider=chance.choice(("harbour", "kestrel")),
            genre=chance.choice(("Sport", "Trade", None)),
            language=chance.choice(("en", "de", None)),
            type=chance.choice(("text", "picture")),
            headline=f"{canary} {chance.choice(WORDS)}",
            body_text=f"{words} {canary}.",
            ed_note=f"{canary} for editors",
            usage_terms=f"{canary} terms",
            aliases=(f"doc-{number}",),
            restricted_notes=(f"zr{number:03}x call the desk",),
            version_created=after((number * 37 % number_of) / 3),
            embargoed_until={"embargoed": after(600), "released": after(30), "killed unseen": after(30)}.get(fate),
            status=Status.withheld if fate == "withheld" else Status.usable,
        )
        yield Story(number, item, fate)


async def tell(newsroom: Newsroom, story: Story) -> None:
    """All that happens to a story."""
    entity = Entity(id=f"Q{story.number % 5}", type="place", name=f"{story.canary} place", salience=1, mentions=())
    article = changed(story.item).article
    assert article is not None
    shut = story.fate not in {"open", "killed"}
    first = {"article": article.model_copy(update={"entities": (entity,)}), "receipt_id": f"receipt-{story.number}"}
    await newsroom.serve(story.item, Standing.sealed if shut else Standing.open, **first)
    if story.fate == "released":
        again = changed(story.item, revision=2).article
        await newsroom.serve(story.item, Standing.open, cause="release", article=again)
    if story.fate.startswith("killed"):
        await newsroom.kill(story.item, headline="Kill", body_text="", ed_note="")
    told = note(
        receipt_id=f"receipt-{story.number}",
        provider=story.item.provider,
        stage="applied",
        item_id=story.item_id,
        uri=story.item.uri,
    )
    await newsroom.archive.note([told])


async def filled(newsroom: Newsroom, told: Sequence[Story]) -> Newsroom:
    """The newsroom after all of these, with something in quarantine."""
    newsroom.limits = replace(newsroom.limits, longest_wait=0.01, snapshot_page=20)
    for story in told:
        await tell(newsroom, story)
    await newsroom.archive.shelve([set_aside("q-1", b"zquarantinex", detail="zquarantinex at 3")])
    return newsroom


def pools(told: Sequence[Story], own: Sequence[Story]) -> Mapping[str, Sequence[str]]:
    """What a crawler asks with: names, most often of what it may see; words that are in every story, or in one."""
    alive = [story for story in own if not story.fate.startswith("killed")]
    named = [*told, *alive * (3 * len(told) // len(alive))]
    return {
        "item_id": [story.item_id for story in named],
        "receipt_id": [f"receipt-{story.number}" for story in told],
        "quarantine_id": ["q-1"],
        "uri": [name for story in named for name in (story.item.uri, *story.item.aliases)],
        "q": [
            *WORDS,
            *(story.canary for story in told[:20]),
            "ferry OR goal",
            "storm NOT headline:vote",
            "headline:tram",
            '"ferry goal"',
        ],
        "provider": ["harbour", "kestrel"],
        "not_provider": ["harbour", "kestrel"],
        "language": ["en", "de"],
        "genre": ["Sport", "Trade"],
        "entity": [f"Q{number}" for number in range(5)],
        "facets": ["provider,language,type,entity", "entity", "type"],
        "fields": ["item.headline", "item,text", "uri"],
        "as_of": ["2026-03-04T12:01:30Z", "2026-03-04T12:59:00Z"],
        "published_from": ["2026-03-04", "2026-03-04T12:20:00Z"],
        "published_to": ["2026-03-05", "2026-03-04T12:40:00Z"],
        "indexed_from": ["2026-03-04"],
        "since": ["2026-03-04"],
        "until": ["2026-03-05"],
        "wait": ["0"],
        "limit": ["3", "10", "50"],
    }


async def asked_of(newsroom: Newsroom, holder: Holder, asked: Sequence[Question]) -> list[httpx.Response]:
    """A key like the holder's asks it all."""
    token = await newsroom.token(*holder.scopes, **holder.limits)
    transport, headers = httpx.ASGITransport(newsroom.app()), {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example", headers=headers) as client:
        return await answers(lambda path, params: client.get(path, params=params), asked)


async def crawl(make: Callable[[], Newsroom], number: int, calls: int, holders: Sequence[Holder]) -> Counter[str]:
    """Every holder asks two newsrooms: one that has everything, one that never had what he may not see."""
    chance = random.Random(SEED)
    told = list(stories(chance, number))
    whole = await filled(make(), told)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(whole.app()), base_url="http://x") as client:
        document = (await client.get("/openapi.json")).json()
    counts: Counter[str] = Counter()
    for holder in holders:
        own = [story for story in told if story.is_ever_for(holder)]
        bare = await filled(make(), own)
        stream = questions(document, pools(told, own), chance)
        asked = [question for question, _ in zip((q for q in stream if fits(q)), range(calls), strict=False)]
        got, alone = await asked_of(whole, holder, asked), await asked_of(bare, holder, asked)
        hidden = [story.canary for story in told if story not in own] + ["zquarantinex"]
        forbidden = re.compile("|".join([*hidden, r"zr\d{3}x"]))
        for question, answer, other in zip(asked, got, alone, strict=True):
            where = f"{holder.name}: {question}"
            assert (leak := forbidden.search(said(answer))) is None, f"{leak} for {where}"
            assert kept(answer) == kept(other), where
            counts.update([f"{answer.status_code // 100}xx", "calls"])
            counts["seen"] += "zq" in answer.text
    return counts


async def test_no_answer_holds_or_shows_what_its_key_may_not_see(capsys: pytest.CaptureFixture[str]) -> None:
    counts = await crawl(Newsroom, STORIES, CALLS, LESSER)
    with capsys.disabled():
        print(f"\ncanaries: {dict(counts)}")  # noqa: T201 -- counts are for whoever runs it
    assert counts["calls"] >= 5000
    assert counts["2xx"] >= 0.6 * counts["calls"]
    assert counts["seen"] >= 0.2 * counts["calls"], "a crawler that finds nothing proves nothing"


async def test_stores_on_disk_hold_to_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = iter(range(1000))
    async with AsyncExitStack() as opened:

        def make() -> Newsroom:
            folder = tmp_path / str(next(places))
            folder.mkdir()
            archive, index = open_archive(f"sqlite:{folder}/archive.db"), open_index(f"tantivy://{folder}/index")
            opened.push_async_callback(archive.close)
            opened.push_async_callback(index.close)
            return Newsroom(archive=archive, index=index)

        counts = await crawl(make, 32, 150, (LESSER[0], LESSER[3]))
    with capsys.disabled():
        print(f"\ncanaries on SQLite and Tantivy: {dict(counts)}")  # noqa: T201 -- see above
    assert counts["2xx"] >= 0.6 * counts["calls"]
