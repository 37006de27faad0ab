"""The topics that depend on who sends: `wire.inbound.PROVIDER` for each provider whose profile says `inbound = true`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from wiredesk_core.failures import Misconfigured
from wiredesk_core.topics import TOPICS, Topic, inbound_topic


def inbound_topics(providers_toml: str) -> tuple[Topic, ...]:
    """The inbound topics that a providers file asks for; ingest alone judges the rest of it. Raises Misconfigured."""
    try:
        tables = tomllib.loads(providers_toml)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"the providers file is not TOML: {error}") from error
    return tuple(
        inbound_topic(name)
        for name, table in tables.items()
        if isinstance(table, dict) and table.get("inbound") is True
    )


def whole_table(providers: Path | None) -> tuple[Topic, ...]:
    """Every topic of a desk with this providers file. A file that is not there adds none: not every service has it."""
    if providers is None or not providers.is_file():
        return TOPICS
    return (*TOPICS, *inbound_topics(providers.read_text(encoding="utf-8")))
