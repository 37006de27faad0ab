"""Whether articles keep their word: `wiredesk enrich | python -m tests.fuzz.articles`, over any stories at hand.

Reads the articles (NDJSON) from standard input; prints how many there were, which layers failed or were skipped and why, and
every annotation that does not stand where it says. Exits 1 when there was one, or a layer that is not done and gives no reason.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

OF_THE_ITEM = ("removed", "credits")
"""Their offsets are those of the body as it came."""


@dataclass(slots=True)
class Tally:
    """What was seen so far."""

    articles: int = 0
    annotations: int = 0
    layers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, article: dict[str, Any]) -> None:
        """Counts one article, its layers, and each place that it names."""
        self.articles += 1
        self.faults.extend(f"{article['uri']}: {fault}" for fault in _faults_of_layers(article["layers"]))
        for layer in article["layers"].values():
            if layer["status"] != "done":
                self.layers[f"{layer['status']}: {layer.get('reason', '')}"] += 1
        for name, values in article.items():
            if name in ("item", "layers", "text"):
                continue
            text = article["item"]["body_text"] if name in OF_THE_ITEM else article["text"]
            for place in _places(values):
                self.annotations += 1
                if not _stands(place, text):
                    self.faults.append(f"{article['uri']}: {name} {place}")


def tally(lines: Iterable[str]) -> Tally:
    """Reads articles, a line an article; a line that tells of an error is a fault."""
    told = Tally()
    for line in lines:
        article = json.loads(line)
        if "error" in article:
            told.faults.append(str(article))
        else:
            told.add(article)
    return told


def _faults_of_layers(layers: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, layer in layers.items():
        if layer["status"] != "done" and not layer.get("reason"):
            yield f"{name} is {layer['status']} and gives no reason"


def _places(values: Any) -> Iterator[dict[str, Any]]:
    """Everything in an annotation that has offsets, however deep."""
    if isinstance(values, dict):
        if "start" in values and "end" in values:
            yield values
        for value in values.values():
            yield from _places(value)
    elif isinstance(values, list):
        for value in values:
            yield from _places(value)


def _stands(place: dict[str, Any], text: str) -> bool:
    """Whether a place lies in the text and is there what it says."""
    start, end = int(place["start"]), int(place["end"])
    return bool(0 <= start < end <= len(text) and place.get("text", text[start:end]) == text[start:end])


def main() -> None:
    """Tells of the articles on standard input."""
    told = tally(sys.stdin)
    lines = [f"{told.articles:,} articles, {told.annotations:,} places, {len(told.faults)} faults"]
    lines += [f"{times:6,} × {reason}" for reason, times in told.layers.most_common()]
    sys.stdout.write("\n".join([*lines, *told.faults[:50], ""]))
    sys.exit(1 if told.faults else 0)


if __name__ == "__main__":
    main()
