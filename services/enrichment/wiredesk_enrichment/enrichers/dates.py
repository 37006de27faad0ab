"""Date expressions of the story and the days they mean, told from the day on which it was written."""

from __future__ import annotations

from datetime import date
from typing import Any

from wiredesk_enrichment.dating.dateline import written_on
from wiredesk_enrichment.dating.english import find_dates
from wiredesk_enrichment.dating.languages import TONGUES, find_dates_in
from wiredesk_enrichment.dating.scene import Found, Scene
from wiredesk_enrichment.naming.teams import is_sport
from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

_DAY_FIRST = {"en-gb": True, "en-au": True, "en-nz": True, "en-ie": True, "en-in": True, "en-za": True, "en-us": False}
"""Order of numeric dates by what the wire says of its language."""


def date_story(story: Story, _models: Models) -> Values:
    """`dates`: offsets, a TIMEX3 value, its grain, and the first and last day where the words settle them."""
    code = story.values["language"]["code"]
    if code != "en" and code not in TONGUES:
        raise Skipped(f"no dates are read in {code}")
    stated = (story.item.language or "").lower().replace("_", "-")
    written = written_on(story.item, story.text)
    if code != "en":
        found = find_dates_in(code, Scene(story.text, written, day_first=True))
    else:
        scene = Scene(story.text, written, is_sport(story.text), _DAY_FIRST.get(stated))
        found = find_dates(scene, _names(story))
    return {"dates": [_told(story.text, one) for one in found]}


def _names(story: Story) -> list[tuple[int, int]]:
    """Where persons and organisations are named, as far as that is known."""
    return [
        (mention["start"], mention["end"])
        for entity in story.values.get("entities", ())
        if entity["type"] in ("PER", "ORG")
        for mention in entity["mentions"]
    ]


def _told(text: str, found: Found) -> dict[str, Any]:
    when = found.when
    told: dict[str, Any] = {
        "start": found.start, "end": found.end, "text": text[found.start : found.end],
        "value": when.value, "grain": when.grain, "score": found.score,
    }  # fmt: skip
    return told | {"first": _iso(when.first), "last": _iso(when.last)}


def _iso(of: date | None) -> str | None:
    return of.isoformat() if of else None


DATES = Enricher(
    "dates",
    3,
    frozenset({"language"}),
    date_story,
    uses=frozenset(
        {"text", "language", "entities", "item.language", "item.version_created", "item.first_created", "item.dateline"}
    ),
)
