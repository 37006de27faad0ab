"""Pages of the enrichers: their list, and one for each with what it is made from and how good it is."""

from __future__ import annotations

import importlib
import inspect
import tomllib
from typing import Any

from pages import REFERENCE, code, first_line, page, table

QUALITY = tomllib.loads((REFERENCE.parent / "quality.toml").read_text("utf-8"))
"""What is known of an enricher beyond its code, by its name: licence, what was measured and when, known errors."""


def enrichers() -> tuple[Any, ...]:
    """The chain, in the order in which it runs."""
    found: tuple[Any, ...] = importlib.import_module("wiredesk_enrichment.enrichers").ENRICHERS
    return found


def enrichers_page() -> str:
    """Every enricher, in the order in which they run."""
    rows = [
        [
            f"[`{e.name}`](enricher-{e.name}.md)",
            e.version,
            ", ".join(map(code, sorted(e.needs))),
            first_line(inspect.getmodule(e.run)),
        ]
        for e in enrichers()
    ]
    said = "They run in this order; one that fails marks its layer and stops nobody but those that need it."
    figures = [
        [code(name), m["figure"], m["what"], m["data"], m["date"]]
        for name, told in QUALITY.items()
        for m in told["measured"]
    ]
    measured = "## Measured\n\nWith `wiredesk enrich --keep-text`, so that offsets are those of the data. Rules were mended with some of it in view: expect less elsewhere."
    titles = ["layer", "figure", "of what", "data", "on"]
    return page(
        "Enrichers", said, table(["layer", "version", "needs", "what it adds"], rows), measured, table(titles, figures)
    )


def enricher_page(enricher: Any) -> str:
    """One enricher: what it does, what it is made from, how good it is and where it errs."""
    told = QUALITY[enricher.name]
    rows = [
        ["version", str(enricher.version)],
        ["needs", ", ".join(map(code, sorted(enricher.needs)))],
        ["uses", ", ".join(map(code, sorted(enricher.uses or ())))],
        ["values", ", ".join(map(code, told["values"]))],
        ["model", told["model"]],
        ["licence", told["licence"]],
    ]
    figures = table(
        ["figure", "of what", "data", "on"], [[m["figure"], m["what"], m["data"], m["date"]] for m in told["measured"]]
    )
    measured = figures if told["measured"] else "Not measured."
    errors = "\n".join(f"- {error}" for error in told["errors"])
    module = inspect.cleandoc(inspect.getmodule(enricher.run).__doc__ or "")
    said = inspect.cleandoc(enricher.run.__doc__ or "")
    return page(
        f"Enricher: {enricher.name}",
        module,
        said,
        table(["", ""], rows),
        "## Measured",
        measured,
        "## Known errors",
        errors,
    )
