"""The story on the desk: one item while enrichers work on it, and what they may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from wiredesk_core.item import Item

from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.quoting.grammar import Grammar

Values = dict[str, Any]
"""JSON-ready values by their name in the article."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a model found: half-open offsets into the text, and the model's own label."""

    start: int
    end: int
    label: str


class Reader(Protocol):
    """A language model that finds names in texts of one language."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it was made for."""

    @property
    def model(self) -> str:
        """Name and version, as it stands in a layer."""

    def read(self, texts: Sequence[str], /) -> list[tuple[Name, ...]]:
        """The names of each text, in text order. Raises whatever the model raises, for the whole batch."""


class Guess(Protocol):
    """A language identifier."""

    @property
    def model(self) -> str:
        """Name and version, as it stands in a layer."""

    def language(self, text: str, /) -> tuple[str, float]:
        """ISO 639-1 (or 639-3) code and confidence, 0 to 1, of one line of text."""


class Embedder(Protocol):
    """A language model that turns a text into a vector."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it was made for; empty when there is no model."""

    @property
    def model(self) -> str | None:
        """Name and version, as it stands in a layer."""

    @property
    def why_not(self) -> str:
        """Why there is no model; empty when there is one."""

    def embed(self, text: str, /) -> Sequence[float]:
        """A vector of length 1, the same for the same text."""


@dataclass(frozen=True, slots=True)
class NoEmbedder:
    """Stands where no embedding model is: its layer is skipped, and says why."""

    why_not: str = "no embedding model is installed"
    language: str = ""
    model: str | None = None

    def embed(self, _text: str, /) -> Sequence[float]:
        """Nothing can be said. Raises Skipped."""
        raise Skipped(self.why_not)


@dataclass(frozen=True, slots=True)
class Models:
    """All that enrichers may ask: loaded once a process, never changed."""

    reader: Reader
    guess: Guess
    knowledge: Knowledge
    grammar: Grammar | None = None
    """None where the model has no parser: speech is then read by patterns alone."""
    embedder: Embedder = field(default_factory=NoEmbedder)


@dataclass(frozen=True, slots=True)
class Story:
    """One item, the values set so far, and the names that the reader found in `text`."""

    item: Item
    keep_text: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[Name, ...] = ()

    @property
    def text(self) -> str:
        """The cleaned text; the body as it came before cleaning."""
        cleaned = self.values.get("text")
        return self.item.body_text if cleaned is None else str(cleaned)


class Skipped(Exception):
    """Raised by an enricher that has nothing to say about this story."""


@dataclass(frozen=True, slots=True)
class Enricher:
    """One step of the chain: a pure function from a story to values.

    name    names the layer.
    version goes up with every change of what comes out, so that stale derivations can be found.
    needs   are the layers whose values it uses; they come first, and where one is missing it is skipped.
    model   says which of the models made the values, for the layer.
    reads   asks for the story's names: the reader runs over the whole batch before the first that asks.
    parses  says which texts it will ask the grammar for, so that those of the whole batch are parsed together.
    uses    names all that its answer is made from, values (`text`) and fields of the item (`item.headline`): it is shown
            nothing else, so that the answer holds for copies too. None shows it everything, and nothing is remembered.
    """

    name: str
    version: int
    needs: frozenset[str]
    run: Callable[[Story, Models], Values]
    model: Callable[[Models], str | None] | None = None
    reads: bool = False
    parses: Callable[[Story, Models], Sequence[str]] | None = None
    uses: frozenset[str] | None = None
