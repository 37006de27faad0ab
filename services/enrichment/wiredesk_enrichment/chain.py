"""Run the enrichers over a batch of items: in order, each story by itself, no failure spreads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from wiredesk_core.article import VALUES, Layer, LayerStatus
from wiredesk_core.item import Item, Status

from wiredesk_enrichment.enrichers import ENRICHERS
from wiredesk_enrichment.memory import Memory
from wiredesk_enrichment.reading import ParsedAhead
from wiredesk_enrichment.recall import Recall
from wiredesk_enrichment.story import Enricher, Models, Name, Skipped, Story

Parses = Callable[[Story, Models], Sequence[str]]

READ_LIMIT = 100_000
"""Characters that a model reads of one story; what follows is served, but not searched for names."""


def chain_version(enrichers: Sequence[Enricher]) -> int:
    """Goes up when an enricher changes or is added, since versions only go up."""
    return sum(enricher.version for enricher in enrichers)


CHAIN_VERSION = chain_version(ENRICHERS)


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What the chain made of one item: how each enricher fared, and the values they set."""

    layers: dict[str, Layer]
    values: dict[str, Any]


@dataclass(slots=True)
class _Desk:
    """A story and its layers while the chain runs."""

    story: Story
    layers: dict[str, Layer] = field(default_factory=dict)
    unread: Exception | None = None
    read_ms: float = 0.0
    parse_ms: float = 0.0


class Chain:
    """The enrichers with the models that they use; what they say of copies is remembered, as far as `memory` has room."""

    def __init__(self, models: Models, enrichers: Sequence[Enricher] = ENRICHERS, memory: Memory | None = None) -> None:
        self._grammar = ParsedAhead(models.grammar) if models.grammar else None
        models = replace(models, grammar=self._grammar)
        self._models = models
        self._enrichers = tuple(enrichers)
        self._recall = Recall(memory or Memory(), models)
        self.version = chain_version(self._enrichers)

    def enrich_all(self, items: Sequence[Item], *, keep_text: bool = False) -> list[Enrichment]:
        """One enrichment an item, in order; batches of 8 to 32 suit the models best."""
        desks = [_Desk(Story(item, keep_text)) for item in items]
        for desk in desks:
            self._turn_away(desk)
        is_read = False
        for enricher in self._enrichers:
            if enricher.reads and not is_read:
                self._read([desk for desk in desks if self._wants(enricher, desk)])
                is_read = True
            if enricher.parses:
                self._parse_ahead(
                    enricher, enricher.parses, [desk for desk in desks if enricher.name not in desk.layers]
                )
            for desk in desks:
                self._run(enricher, desk)
        return [_finished(desk) for desk in desks]

    def _turn_away(self, desk: _Desk) -> None:
        """Mark every layer skipped where there is nothing to enrich."""
        item = desk.story.item
        if item.status is Status.canceled:
            reason = "the item is canceled"
        elif not item.body_text.strip():
            reason = "the item has no text"
        else:
            return
        desk.layers = {e.name: self._layer(e, LayerStatus.skipped, reason=reason) for e in self._enrichers}

    def _wants(self, enricher: Enricher, desk: _Desk) -> bool:
        """Whether the reader's work on this story would be used."""
        spoken = desk.story.values.get("language") or {}
        ready = enricher.name not in desk.layers and _missing(enricher, desk) is None
        return ready and spoken.get("code") == self._models.reader.language

    def _read(self, desks: list[_Desk]) -> None:
        """Let the reader find names in all stories at once; if that fails, in each alone."""
        texts = [desk.story.text[:READ_LIMIT] for desk in desks]
        begun = perf_counter()
        try:
            found = self._models.reader.read(texts) if texts else []
        except Exception:
            for desk, text in zip(desks, texts, strict=True):
                self._read_alone(desk, text)
            return
        spent = _ms_since(begun)
        letters = sum(len(text) for text in texts) or 1
        for desk, text, names in zip(desks, texts, found, strict=True):
            _note(desk, names, spent * len(text) / letters)

    def _read_alone(self, desk: _Desk, text: str) -> None:
        begun = perf_counter()
        try:
            (names,) = self._models.reader.read([text])
        except Exception as failure:
            desk.unread = failure
        else:
            _note(desk, names, _ms_since(begun))

    def _parse_ahead(self, enricher: Enricher, parses: Parses, desks: list[_Desk]) -> None:
        """Let the grammar parse what all stories will ask for at once; if that fails, each asks for itself."""
        if self._grammar is None:
            return
        begun = perf_counter()
        try:
            wanted = {id(desk): self._to_parse(enricher, parses, desk) for desk in desks}
            self._grammar.ahead([text for texts in wanted.values() for text in texts])
        except Exception:
            return
        spent = _ms_since(begun)
        letters = sum(len(text) for texts in wanted.values() for text in texts) or 1
        for desk in desks:
            desk.parse_ms = spent * sum(map(len, wanted[id(desk)])) / letters

    def _to_parse(self, enricher: Enricher, parses: Parses, desk: _Desk) -> Sequence[str]:
        if _missing(enricher, desk) or self._recall.knows(enricher, desk.story):
            return ()
        return parses(desk.story, self._models)

    def _run(self, enricher: Enricher, desk: _Desk) -> None:
        if enricher.name in desk.layers:
            return
        desk.layers[enricher.name] = self._outcome(enricher, desk)

    def _outcome(self, enricher: Enricher, desk: _Desk) -> Layer:
        missing = _missing(enricher, desk)
        if missing:
            return self._layer(enricher, LayerStatus.skipped, reason=missing)
        begun = perf_counter()
        try:
            values = self._values(enricher, desk)
        except Skipped as declined:
            return self._layer(enricher, LayerStatus.skipped, reason=str(declined))
        except Exception as failure:
            # Only the kind of failure: messages may quote the story or a path.
            return self._layer(enricher, LayerStatus.failed, reason=type(failure).__name__)
        desk.story = replace(desk.story, values={**desk.story.values, **values})
        took = (
            _ms_since(begun) + (desk.read_ms if enricher.reads else 0.0) + (desk.parse_ms if enricher.parses else 0.0)
        )
        cut = enricher.reads and len(desk.story.text) > READ_LIMIT
        reason = f"only the first {READ_LIMIT} characters were read" if cut else None
        return self._layer(enricher, LayerStatus.done, took_ms=round(took, 2), reason=reason)

    def _values(self, enricher: Enricher, desk: _Desk) -> dict[str, Any]:
        """What the enricher says. Raises what it raises, or what the reader raised where it depends on that."""
        if enricher.reads and desk.unread is not None:
            raise desk.unread
        values = self._recall.run(enricher, desk.story)
        unknown = values.keys() - VALUES
        if unknown:
            raise KeyError(f"{enricher.name} sets {sorted(unknown)}, which an article does not have")
        return values

    def _layer(
        self, enricher: Enricher, status: LayerStatus, *, took_ms: float | None = None, reason: str | None = None
    ) -> Layer:
        model = enricher.model(self._models) if enricher.model else None
        return Layer(version=enricher.version, model=model, status=status, took_ms=took_ms, reason=reason)


def _missing(enricher: Enricher, desk: _Desk) -> str | None:
    """Why an enricher cannot run: the first layer it needs that is not done."""
    for need in sorted(enricher.needs):
        layer = desk.layers.get(need)
        status = layer.status if layer else LayerStatus.skipped
        if status is not LayerStatus.done:
            return f"needs {need}, which was {'not run' if layer is None else status.value}"
    return None


def _note(desk: _Desk, names: tuple[Name, ...], took_ms: float) -> None:
    desk.story = replace(desk.story, names=names)
    desk.read_ms = took_ms


def _finished(desk: _Desk) -> Enrichment:
    return Enrichment(layers=desk.layers, values=dict(desk.story.values))


def _ms_since(begun: float) -> float:
    return (perf_counter() - begun) * 1000
