"""Writes docs/reference from the tables in the code: topics, settings, metrics, routes, formats, enrichers, commands.

`--check` writes nothing and fails where a page says something else than the code.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

import typer.main
from enricher_pages import enricher_page, enrichers, enrichers_page
from fastapi import FastAPI
from pages import REFERENCE, code, first_line, page, table
from pydantic import TypeAdapter
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings
from wiredesk_core import messages, telemetry
from wiredesk_core.settings import SharedSettings
from wiredesk_core.topics import TOPICS, Topic, inbound_topic


class Absent:
    """Stands for a collaborator that only a running request would call."""

    def __getattr__(self, name: str) -> Absent:
        """Its methods may be handed on; calling one fails."""
        return self


def topics_page() -> str:
    """The map: every topic, what it carries, from where to where."""

    def row(topic: Topic) -> list[str]:
        kept = "for ever" if topic.retention_hours is None else f"{topic.retention_hours / 24:g} days"
        way = f"{', '.join(topic.producers)} → {', '.join(topic.consumers)}"
        return [
            code(topic.name),
            topic.key,
            topic.carries,
            way,
            str(topic.partitions),
            "newest by key" if topic.compacted else kept,
        ]

    titles = ["topic", "key", "carries", "from → to", "partitions", "kept"]
    return page(
        "Topics",
        "One table makes the topics on the broker, the readers and this page.",
        table(titles, map(row, (*TOPICS, inbound_topic("{provider}")))),
    )


def settings_classes() -> list[type[BaseSettings]]:
    """The class that all services share, and each service's own."""
    own = [
        ("wiredesk_ingest.settings", "IngestSettings"),
        ("wiredesk_enrichment.settings", "EnrichmentSettings"),
        ("wiredesk_indexing.settings", "IndexingSettings"),
        ("wiredesk_gateway.settings", "GatewaySettings"),
    ]
    return [SharedSettings, *(getattr(importlib.import_module(module), name) for module, name in own)]


def settings_page() -> str:
    """Every setting, its variable, default and meaning."""
    return page(
        "Settings", "Each service reads its environment once, when it starts.", *map(settings_part, settings_classes())
    )


def settings_part(settings: type[BaseSettings]) -> str:
    """One class of settings."""
    prefix = settings.model_config.get("env_prefix", "")

    def default(value: object) -> str:
        return "(must be set)" if value is PydanticUndefined else code("" if value is None else str(value))

    rows = [
        [code(f"{prefix}{name}".upper()), default(field.default), field.description or ""]
        for name, field in settings.model_fields.items()
    ]
    return f"## {settings.__name__}\n\n" + table(["variable", "default", "meaning"], rows)


def metrics() -> Iterator[tuple[str, str, str, str]]:
    """Name, kind, labels and meaning of every metric."""
    kinds = {"counter": telemetry.CounterName, "histogram": telemetry.HistogramName, "gauge": telemetry.GaugeName}
    for kind, names in kinds.items():
        for name in get_args(names):
            metric = telemetry.METRICS[name]
            yield name, kind, ", ".join(metric.labels), metric.help


def metrics_page() -> str:
    """Every metric."""
    rows = [[code(name), kind, labels, meaning] for name, kind, labels, meaning in metrics()]
    return page(
        "Metrics",
        "Served in Prometheus text format at `/metrics`.",
        table(["metric", "kind", "told apart by", "meaning"], rows),
    )


FACES = {"ingest": "wiredesk_ingest.push", "gateway": "wiredesk_gateway.app"}
"""Every service with an HTTP face, and the module whose `create_app` makes it."""


def bare_app(name: str) -> FastAPI:
    """A service's HTTP face with nothing behind it."""
    create = importlib.import_module(FACES[name]).create_app
    parameters = inspect.signature(create).parameters.values()
    given = {p.name: bytes(32) if p.annotation == "bytes" else Absent() for p in parameters if p.default is p.empty}
    return cast("FastAPI", create(**given))


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and description of every route of an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def routes_page() -> str:
    """Every route of every HTTP face."""
    parts = []
    for name in FACES:
        rows = [
            [
                code(f"{method} {path}"),
                said.get("summary", ""),
                ", ".join(code(p["name"]) for p in said.get("parameters", ())),
            ]
            for method, path, said in operations(bare_app(name).openapi())
        ]
        whole = f"The whole of it: [openapi-{name}.json](openapi-{name}.json)."
        parts.append(f"## {name}\n\n{whole}\n\n" + table(["route", "what", "parameters"], rows))
    return page("Routes", *parts)


def visibility_page() -> str:
    """The matrix of who gets what."""
    matrix = importlib.import_module("wiredesk_gateway.matrix")

    def limits(holder: Any) -> str:
        return ", ".join(f"{name}: {'/'.join(sorted(values))}" for name, values in holder.limits.items())

    holders = [[h.name, ", ".join(map(code, h.scopes)), limits(h), h.eyes] for h in matrix.HOLDERS]
    cases = [
        [c.name, c.meaning, c.reader, c.insider, ", ".join(c.reader_feed), ", ".join(c.insider_feed)]
        for c in matrix.CASES
    ]
    rows = [
        [code(f"{r.method} {r.path}"), " or ".join(map(code, r.scopes)) or "anybody", matrix.MEANINGS[r.kind]]
        for r in matrix.ROWS
    ]
    said = (
        "An item of harbour, in English, a text of the genre Sport: whoever asks for it sees it as a *reader* or an *insider*"
        " does, or as *nobody*. No key gets 401, a key without one of a route's scopes 403. A key with a limit gets"
        " nothing that does not say of itself that it is within. Every line is tried in"
        " `tests/unit/gateway/test_matrix.py`."
    )
    return page(
        "Who gets what",
        said,
        "## Keys\n\n" + table(["key", "scopes", "limits", "sees the item as"], holders),
        "## What may have happened to an item\n\n"
        + table(["case", "what happened", "reader", "insider", "reader's feed", "insider's feed"], cases),
        "## Routes\n\n" + table(["route", "for keys with", "what they get"], rows),
    )


def formats_page() -> str:
    """Every wire format, in the order in which they are tried."""
    formats = importlib.import_module("wiredesk_ingest.formats").FORMATS
    rows = [[code(f.name), f.version, first_line(inspect.getmodule(f.parse))] for f in formats]
    said = "A wire's content decides its format, whatever its content type says. A format is one file and one line in `FORMATS`."
    return page("Wire formats", said, table(["format", "version", "what it reads"], rows))


def providers_page() -> str:
    """Every key of a providers file."""
    table_of = importlib.import_module("wiredesk_ingest.provider_keys")
    keys = table_of.KEYS
    said = (
        "A providers file is TOML, one table a provider; only those that have a table may send wires. An empty table will do.\n\n"
        "```toml\n[relay]\n"
        + "".join(f"{key.name} = {key.example}\n" for key in keys)
        + "```\n\n`wiredesk providers check FILE --wires FOLDER` says every mistake in it, and what each rule does to sample wires."
    )
    patterns = "## Patterns\n\n" + inspect.cleandoc(importlib.import_module("wiredesk_ingest.patterns").__doc__ or "")
    titles = ["key", "what to write", "meaning"]
    rows = [[code(key.name), key.form, key.meaning] for key in keys]
    feed_rows = [[code(key.name), key.form, key.meaning] for key in table_of.FEED_KEYS]
    feeds = "## Feeds\n\n" + inspect.cleandoc(importlib.import_module("wiredesk_ingest.polling").__doc__ or "")
    feeds += "\n\n```toml\n[[relay.feeds]]\n" + "".join(f"{k.name} = {k.example}\n" for k in table_of.FEED_KEYS) + "```"
    return page("Provider profiles", said, table(titles, rows), patterns, feeds, table(titles, feed_rows))


def commands_page() -> str:
    """Every command of `wiredesk`."""
    root = cast("Any", typer.main.get_command(importlib.import_module("wiredesk.__main__").app))
    parts = [command_part(name, root.commands[name]) for name in root.commands]
    return page("Commands", "`wiredesk COMMAND --help` says the same.", *parts)


def command_part(name: str, command: Any) -> str:
    """One command with its arguments and options."""
    rows = [
        [
            code(", ".join(p.opts) if p.param_type_name == "option" else p.name.upper()),
            getattr(p, "help", "") or "",
        ]
        for p in command.params
        if p.name != "help"
    ]
    said = inspect.cleandoc(command.help or "")
    return f"## wiredesk {name}\n\n{said}" + (f"\n\n{table(['argument or option', 'meaning'], rows)}" if rows else "")


def asyncapi() -> dict[str, Any]:
    """The broker's side of the house as an AsyncAPI 3 document."""
    models = {name: thing for name, thing in vars(messages).items() if inspect.isclass(thing) and name in carried()}
    schemas: dict[str, Any] = {}
    for name, model in models.items():
        schema = TypeAdapter(model).json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas |= {**schema.pop("$defs", {}), name: schema}
    payloads = {
        name: {"contentType": "application/json", "payload": {"$ref": f"#/components/schemas/{name}"}}
        for name in models
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wiredesk",
            "version": "1",
            "description": "Values are JSON; CloudEvents attributes are in the headers.",
        },
        "channels": {topic.name: channel(topic, models) for topic in (*TOPICS, inbound_topic("{provider}"))},
        "operations": dict(sorted(operations_of(TOPICS))),
        "components": {"messages": payloads, "schemas": dict(sorted(schemas.items()))},
    }


def carried() -> set[str]:
    """Names of the messages that some topic carries."""
    return {name for topic in TOPICS for name in topic.carries.split(" | ")}


def channel(topic: Topic, models: Mapping[str, object]) -> dict[str, Any]:
    """One topic."""
    names = [name for name in topic.carries.split(" | ") if name in models]
    kafka = {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {"cleanup.policy": [topic.config()["cleanup.policy"]]},
    }
    return {
        "address": topic.name,
        "description": f"{topic.carries}, by {topic.key}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": kafka},
    }


def operations_of(topics: Iterable[Topic]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Who sends to which topic and who receives from it."""
    for topic in topics:
        for action, services in (("send", topic.producers), ("receive", topic.consumers)):
            for service in services:
                yield (
                    f"{service}.{action}.{topic.name}",
                    {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}},
                )


def as_json(document: Mapping[str, Any]) -> str:
    """A document as it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "topics.md": topics_page,
    "settings.md": settings_page,
    "metrics.md": metrics_page,
    "routes.md": routes_page,
    "visibility.md": visibility_page,
    "formats.md": formats_page,
    "providers.md": providers_page,
    "enrichers.md": enrichers_page,
    "commands.md": commands_page,
    "openapi-ingest.json": lambda: as_json(bare_app("ingest").openapi()),
    "openapi-gateway.json": lambda: as_json(bare_app("gateway").openapi()),
    "asyncapi.json": lambda: as_json(asyncapi()),
}


PAGES |= {f"enricher-{one.name}.md": partial(enricher_page, one) for one in enrichers()}


def stale(folder: Path) -> list[str]:
    """Pages that say something else than the code, are missing, or that nothing writes."""
    written = {path.name: path.read_text() for path in folder.iterdir()}
    differing = {name for name, render in PAGES.items() if written.get(name) != render()}
    return sorted(differing | (written.keys() - PAGES.keys()))


def main(arguments: list[str]) -> int:
    """Write the pages, or say which of them are stale."""
    if arguments == ["--check"]:
        wrong = stale(REFERENCE)
        for name in wrong:
            sys.stderr.write(f"docs/reference/{name} is not what the code says: run `make docs`\n")
        return 1 if wrong else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (REFERENCE / name).write_text(render())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
