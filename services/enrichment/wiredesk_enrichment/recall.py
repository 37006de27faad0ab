"""Running an enricher so that its answer may be remembered: it is shown only what it says it uses, and that is the key."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import orjson
from pydantic import BaseModel
from wiredesk_core.item import Item

from wiredesk_enrichment.memory import Memory, key_of
from wiredesk_enrichment.story import Enricher, Models, Story, Values

OF_ITEM = "item."


class Recall:
    """Enrichers with a memory. An answer that an enricher does not give (it skips, it fails) is not remembered."""

    def __init__(self, memory: Memory, models: Models) -> None:
        self._memory = memory
        self._models = models

    def run(self, enricher: Enricher, story: Story) -> Values:
        """What the enricher says of the story. Raises what it raises."""
        if enricher.uses is None:
            return enricher.run(story, self._models)
        shown = _shown(story, enricher.uses)
        key = self._key(enricher, shown)
        answer = self._memory.get(key)
        if answer is not None:
            return cast("Values", orjson.loads(answer))
        values = enricher.run(shown, self._models)
        self._memory.keep(key, orjson.dumps(values))
        return values

    def knows(self, enricher: Enricher, story: Story) -> bool:
        """Whether the answer is remembered, so that nothing has to be worked out."""
        return (
            enricher.uses is not None
            and self._memory.get(self._key(enricher, _shown(story, enricher.uses))) is not None
        )

    def _key(self, enricher: Enricher, shown: Story) -> bytes:
        model = enricher.model(self._models) if enricher.model else None
        maker = f"{enricher.name} {enricher.version} {model} {shown.keep_text}"
        names = [(name.start, name.end, name.label) for name in shown.names] if enricher.reads else []
        made_from = {"item": vars(shown.item), "values": dict(shown.values), "names": names}
        return key_of(maker, orjson.dumps(made_from, default=_plain))


class Declared(dict[str, Any]):
    """The values that an enricher uses; asking for another one is a mistake in what it declares."""

    def __init__(self, values: Mapping[str, Any], uses: frozenset[str]) -> None:
        super().__init__((name, value) for name, value in values.items() if name in uses)
        self._uses = uses

    def get(self, name: str, default: Any = None) -> Any:
        """A declared value, or the default where no enricher has set it. Raises KeyError for one not declared."""
        if name not in self._uses and name != "text":
            raise KeyError(f"{name} is used and not declared")
        return super().get(name, default)


def _shown(story: Story, uses: frozenset[str]) -> Story:
    """The story with nothing in it but what is declared; text is the body until cleaning has set it."""
    fields = [name.removeprefix(OF_ITEM) for name in sorted(uses) if name.startswith(OF_ITEM)]
    item = SimpleNamespace(**{name: getattr(story.item, name) for name in fields})
    values = Declared({**story.values, "text": story.text}, uses)
    return Story(cast("Item", item), story.keep_text, values, story.names)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} cannot be part of a key")
