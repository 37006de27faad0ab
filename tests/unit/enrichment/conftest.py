"""Stand-ins for the models: names are looked up, never guessed, so that tests are fast and sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import pytest
from wiredesk_core.item import Item
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.knowledge import Knowledge, load_knowledge
from wiredesk_enrichment.quoting.grammar import Word
from wiredesk_enrichment.story import Models, Name, Story

LABELS = {
    "Pyongyang": "GPE", "DPRK": "ORG", "North Korea": "GPE", "Mara Lindqvist": "PERSON", "Lindqvist": "ORG",
    "Harbour Authority": "ORG", "the Harbour Authority's": "ORG", "Boston": "GPE", "Georgia": "GPE", "France": "GPE",
}  # fmt: skip


@dataclass(frozen=True)
class LookedUp:
    """Finds the names that it was told of; breaks on a text that says so."""

    language: str = "en"
    model: str = "looked-up 1"

    def read(self, texts: Sequence[str]) -> list[tuple[Name, ...]]:
        if any("BREAK THE READER" in text for text in texts):
            raise ValueError("secret words of the story")
        return [tuple(self._names(text)) for text in texts]

    def _names(self, text: str) -> list[Name]:
        pattern = "|".join(re.escape(name) for name in sorted(LABELS, key=len, reverse=True))
        return [Name(m.start(), m.end(), LABELS[m.group()]) for m in re.finditer(pattern, text)]


@dataclass(frozen=True)
class SaidToBe:
    """German or Swedish when the text says so, else English."""

    model: str = "said-to-be 1"

    def language(self, text: str) -> tuple[str, float]:
        if " och " in text:
            return "sv", 0.99
        return ("de", 0.99) if " und " in text else ("en", 0.98)


@dataclass(frozen=True)
class Flat:
    """Hangs every word on the one before it and knows no verbs."""

    language: str = "en"
    model: str = "flat 1"

    def parse(self, texts: Sequence[str]) -> list[tuple[Word, ...]]:
        return [tuple(self._words(text)) for text in texts]

    def _words(self, text: str) -> list[Word]:
        found = re.finditer(r"\w+|[^\w\s]", text)
        return [Word(m.start(), m.end(), m.group().lower(), "NN", "dep", max(0, at - 1)) for at, m in enumerate(found)]


@dataclass(frozen=True)
class Counted:
    """A vector of how often some letters are in a text, not of length 1."""

    language: str = "en"
    model: str = "counted 1"
    why_not: str = ""

    def embed(self, text: str) -> list[float]:
        return [text.count(letter) / len(text) for letter in "aeou"]


@cache
def _knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture
def knowledge() -> Knowledge:
    return _knowledge()


@pytest.fixture
def models(knowledge: Knowledge) -> Models:
    return Models(LookedUp(), SaidToBe(), knowledge, Flat(), Counted())


@pytest.fixture
def chain(models: Models) -> Chain:
    return Chain(models)


@pytest.fixture
def story() -> Callable[..., Story]:
    """Makes a story of a body, with whatever else the item should have."""

    def make(body: str, **fields: object) -> Story:
        return Story(Item.model_validate({"uri": "urn:test:1", "body_text": body, **fields}))

    return make
