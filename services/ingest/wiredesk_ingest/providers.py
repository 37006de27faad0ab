"""Profiles of providers: the little that differs from agency to agency and that no wire says about itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from types import MappingProxyType
from typing import Literal, get_args
from zoneinfo import ZoneInfo

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
"""A provider's name stands in paths, keys and topic names."""

Meaning = Literal["kill", "correction", "update", "reinstate", "withhold", "advisory"]
"""What a provider's signal may mean."""
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

FeedKind = Literal["rss", "http", "token"]
"""How a feed is read: RSS or Atom, a document that changes in place, answers with a token to go on from."""
FEED_KINDS: tuple[FeedKind, ...] = get_args(FeedKind)

Silence = float | Literal["adaptive", "off"]
"""After how many seconds a provider's silence is told: against its own custom, or never."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Something that ingest asks again and again; `provider_keys` says what each field means in the file.

    fastest, slowest: seconds between two questions. authorization: where the value of that header is kept, `env:NAME` or
    `file:NAME`. wires, next: where in an answer with a token they stand.
    """

    url: str
    name: str = "main"
    kind: FeedKind = "rss"
    fastest: float = 60.0
    slowest: float = 3600.0
    authorization: str = ""
    wires: str = ""
    next: str = ""
    cursor_parameter: str = "cursor"
    since_parameter: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What we know about a provider beforehand; `provider_keys` says what each field means in the file.

    carries: the provider whose items these are. may_cancel: other providers whose items it may kill.
    signals: its own signals, in lower case, and what they mean.
    precedence: of several that carry one agency's items, of one version that of the highest stands.
    formats, expected_formats: empty for any; others are refused, or noted.
    inbound: whether it writes to a topic of its own, `wire.inbound.NAME`.
    signing_keys: where the keys are kept by which it signs its pushes; several while one replaces another.
    boilerplate, kill_lines, correction_lines: regular expressions (RE2), see `patterns`.
    dateless_ids: its NewsML 1.x DateId changes with every revision, so that a story is named without it.
    """

    name: str
    language: str | None = None
    time_zone: str = "UTC"
    source: str = ""
    credit: str = ""
    carries: str | None = None
    precedence: int = 0
    may_cancel: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    expected_formats: tuple[str, ...] = ()
    signals: Mapping[str, Meaning] = field(default_factory=lambda: MappingProxyType({}))
    boilerplate: tuple[str, ...] = ()
    kill_lines: tuple[str, ...] = ()
    correction_lines: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    inbound: bool = False
    folder: str = ""
    signing_keys: tuple[str, ...] = ()
    silence: Silence = "adaptive"
    dateless_ids: bool = False

    @property
    def scope(self) -> str:
        """The provider in whose name its items' uris are unique."""
        return self.carries or self.name

    @property
    def zone(self) -> tzinfo:
        """The zone of times that say none."""
        return ZoneInfo(self.time_zone)
