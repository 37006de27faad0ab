"""Whom the words for a speaker mean: a name, a pronoun, a description or a title stands for one entity of the story."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wiredesk_enrichment.quoting.marks import Stretch
from wiredesk_enrichment.quoting.sexes import Sex, sexes
from wiredesk_enrichment.sentences import sentences

Span = tuple[int, int]

FAR = 3
"""Sentences with a person in them that a pronoun may look back over."""
NEAR = 80
"""Characters between a name and the description that it is introduced by."""

_PERSON = frozenset({"he", "she", "him", "her", "his", "hers", "himself", "herself"})
_THING = frozenset({"it", "its", "they", "them", "their"})
_HEAD = re.compile(r"[\w-]+$")
_APPOSITION = re.compile(r"\s?,\s+$")
_GIVEN = re.compile(r"\b(?:the|this|that|its|his|her|their|our)\b|['’]s\s", re.IGNORECASE)
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|said|says|[a-z]{3,}ed)\b")
_BODIES = {
    "company": "ORG", "firm": "ORG", "agency": "ORG", "group": "ORG", "club": "ORG", "bank": "ORG", "union": "ORG",
    "ministry": "ORG", "council": "ORG", "party": "ORG", "court": "ORG", "authority": "ORG", "university": "ORG",
    "newspaper": "ORG", "broadcaster": "ORG", "airline": "ORG", "charity": "ORG", "regulator": "ORG", "team": "ORG",
}  # fmt: skip
_BY_NAME = frozenset({"ministry", "council", "party", "court", "authority", "university", "union"})
"""Bodies that stand for one only where its name says so: "the ministry" is not the last company."""
_OWNED = re.compile(r"\w['’]s?\s")


@dataclass(frozen=True, slots=True)
class Speaker:
    """The words that name a speaker (half-open offsets), and the entity that they stand for, where that is known."""

    start: int
    end: int
    entity_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    entity: Mapping[str, Any]


class Cast:
    """The entities of a story by their places in its text."""

    def __init__(
        self, text: str, entities: Iterable[Mapping[str, Any]], blocks: Sequence[Span], quoted: Sequence[Stretch]
    ) -> None:
        self._text = text
        self._blocks = blocks
        self._quoted = sorted(quoted, key=lambda stretch: stretch.start)
        self._quote_starts = [stretch.start for stretch in self._quoted]
        self._mentions = sorted(
            (_Mention(m["start"], m["end"], entity) for entity in entities for m in entity["mentions"]),
            key=lambda mention: mention.start,
        )
        self._starts = [mention.start for mention in self._mentions]

    def speaker(self, phrase: Span, head: Span, cue: Span | None = None) -> Speaker:
        """Who is meant by a phrase, by what its head word is. A person named right before the verb is its subject."""
        told = self._text[slice(*head)].lower()
        if mention := self._at(head):
            return _named(mention, mention.start, mention.end)
        if told in _PERSON:
            return _meant(head, self._person_before(head[0], told))
        if told in _THING:
            return _meant(head, self._thing_before(head[0], told))
        if cue and (beside := self._person_at_verb(head, cue)):
            return _named(beside, beside.start, beside.end)
        inside = [m for m in self._within(phrase) if m.entity["type"] == "PER"]
        if inside and inside[-1].end >= head[1]:
            return _named(inside[-1], inside[-1].start, inside[-1].end)
        return _meant(phrase, self._described(phrase, told))

    def _at(self, span: Span) -> _Mention | None:
        at = bisect_right(self._starts, span[0]) - 1
        found = self._mentions[at] if at >= 0 else None
        return found if found and span[0] < found.end and found.entity["type"] in ("PER", "ORG", "LOC") else None

    def _within(self, span: Span) -> list[_Mention]:
        return (
            [m for m in self._mentions[bisect_right(self._starts, span[0] - 1) :] if m.end <= span[1]][:8]
            if span[0] < span[1]
            else []
        )

    def _person_at_verb(self, head: Span, cue: Span) -> _Mention | None:
        """As in "Ambassador to Oslo Kim Lee said", where the parse has only the ambassador."""
        at = bisect_right(self._starts, cue[0]) - 1
        found = self._mentions[at] if at >= 0 else None
        if found is None or found.entity["type"] != "PER" or not head[1] <= found.start < found.end <= cue[0]:
            return None
        between = self._text[head[1] : found.start] + self._text[found.end : cue[0]]
        return found if not re.search(r"[,;.()\n]", between) and not self._text[found.end : cue[0]].strip() else None

    def _is_quoted(self, at: int) -> bool:
        number = bisect_right(self._quote_starts, at) - 1
        return number >= 0 and at < self._quoted[number].end

    @cached_property
    def _sentences(self) -> list[Span]:
        return [span for block in self._blocks for span in sentences(self._text, *block)]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self._sentences]

    def _before(self, at: int, kinds: frozenset[str]) -> list[_Mention]:
        """Such mentions before a place: the nearest sentence's first, which is mostly its subject, then its others."""
        reached, looked_at = at, 0
        found: list[_Mention] = []
        for start in reversed(self._sentence_starts[: bisect_right(self._sentence_starts, at)]):
            first = bisect_right(self._starts, start - 1)
            of_sentence = [
                mention
                for mention in self._mentions[first : bisect_right(self._starts, reached - 1)]
                if mention.entity["type"] in kinds and not self._is_quoted(mention.start)
            ]
            found.extend(of_sentence)
            looked_at += bool(of_sentence)
            reached = start
            if looked_at == FAR:
                break
        return found

    def _person_before(self, at: int, pronoun: str) -> _Mention | None:
        """The nearest person in a subject's place who is not of the other sex."""
        other: Sex = "he" if pronoun in ("she", "her", "hers", "herself") else "she"
        return next((m for m in self._before(at, frozenset({"PER"})) if self._sexes.get(m.entity["id"]) != other), None)

    def _thing_before(self, at: int, pronoun: str) -> _Mention | None:
        """The nearest subject, where it is a body or place; "they" may be anybody."""
        found = self._before(at, frozenset({"ORG", "PER", "LOC"}))[:1] if pronoun in ("it", "its") else []
        return found[0] if found and found[0].entity["type"] != "PER" else None

    @cached_property
    def _sexes(self) -> Mapping[str, Sex]:
        persons = (m for m in self._mentions if m.entity["type"] == "PER" and not self._is_quoted(m.start))
        return sexes(self._text, [(m.start, m.end, m.entity["id"]) for m in persons], self._sentences)

    def _described(self, phrase: Span, head: str) -> _Mention | None:
        """The person or body that a description stands for: named beside it, or introduced by it before."""
        beside = self._apposition(phrase)
        if beside or not _GIVEN.search(self._text, *phrase):
            return beside
        before = [m for m in self._mentions[: bisect_right(self._starts, phrase[0])] if not self._is_quoted(m.start)]
        kind = _BODIES.get(head)
        if kind:
            named = [m for m in before if m.entity["type"] == kind and head in m.entity["name"].lower().split()]
            is_any = head not in _BY_NAME and not _OWNED.search(self._text, *phrase)
            bodies = named or [m for m in before if is_any and m.entity["type"] == kind]
            return bodies[-1] if bodies else None
        introduced = [m for m in before if m.entity["type"] == "PER" and self._is_introduced(m, head)]
        return introduced[-1] if introduced else self._broken_off(phrase)

    def _apposition(self, phrase: Span) -> _Mention | None:
        """As in "the minister, Han Seo-jun, said"."""
        at = bisect_right(self._starts, phrase[1])
        following = self._mentions[at] if at < len(self._mentions) else None
        if (
            following
            and following.entity["type"] == "PER"
            and _APPOSITION.fullmatch(self._text, phrase[1], following.start)
        ):
            return following
        return None

    def _is_introduced(self, mention: _Mention, head: str) -> bool:
        """Whether the name stands beside the same description: "Han Seo-jun, the fisheries minister"."""
        word = re.compile(rf"\b{re.escape(head)}\b", re.IGNORECASE)
        after = re.split(r"[.;\n]", self._text[mention.end : mention.end + NEAR], maxsplit=1)[0]
        before = re.split(r"[.;,\n]", self._text[max(0, mention.start - NEAR // 2) : mention.start])[-1]
        is_after = after.lstrip()[:1] == "," or re.match(r"\s+(?:is|was)\s+(?:an?|the)\b", after) is not None
        return word.search(before) is not None or (is_after and word.search(after) is not None)

    def _broken_off(self, phrase: Span) -> _Mention | None:
        """The name in a fragment right behind the sentence, which a bad translation broke off: "… said. Chief Han Seo-jun."."""
        at = bisect_right(self._sentence_starts, phrase[1])
        if at >= len(self._sentence_starts):
            return None
        start = self._sentence_starts[at]
        end = self._sentence_starts[at + 1] if at + 1 < len(self._sentence_starts) else len(self._text)
        if "\n" in self._text[phrase[1] : start] or _FINITE.search(self._text, start, end) or end - start > NEAR:
            return None
        persons = [m for m in self._within((start, end)) if m.entity["type"] == "PER"]
        return persons[0] if len(persons) == 1 else None


def _named(mention: _Mention, start: int, end: int) -> Speaker:
    return Speaker(start, end, mention.entity["id"], mention.entity["name"])


def _meant(span: Span, mention: _Mention | None) -> Speaker:
    return _named(mention, *span) if mention else Speaker(*span)
