"""The keys that a provider's table may have: how each is read, what it means, and what an example looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wiredesk_ingest.formats import FORMATS
from wiredesk_ingest.patterns import fault_of, oddity_of
from wiredesk_ingest.providers import MEANINGS, Meaning

FORMAT_NAMES = tuple(known.name for known in FORMATS)
MOST_PATTERNS = 100
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
LANGUAGE_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""Language codes of ISO 639-1, two letters each; those of three letters are too many to hold them against."""


class Wrong(Exception):
    """A value that cannot be used; its text says why, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `read` gives the value that the profile holds, or raises Wrong; `odd` says what is allowed but strange."""

    name: str
    form: str
    example: str
    meaning: str
    read: Callable[[Any], Any]
    odd: Callable[[Any], list[str]] = lambda _value: []


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"write a text in quotes, not {value!r}")
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise Wrong(f"write a list of texts, not {value!r}")
    return tuple(text(entry) for entry in value)


def whole(lowest: int, highest: int) -> Callable[[Any], int]:
    """Reads a whole number within bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise Wrong(f"write a whole number from {lowest} to {highest}, not {value!r}")
        return value

    return read


def zone(value: Any) -> str:
    """The name of a time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Wrong(f"{name!r} is not a time zone; write it like 'Europe/Oslo'") from error
    return name


def patterns(value: Any) -> tuple[str, ...]:
    """Regular expressions that run in bounded time."""
    found = texts(value)
    if len(found) > MOST_PATTERNS:
        raise Wrong(f"{len(found)} patterns, {MOST_PATTERNS} are the most: join some with |")
    faults = [f"{pattern!r} {fault}" for pattern in found if (fault := fault_of(pattern))]
    if faults:
        raise Wrong("; ".join(faults))
    return found


def format_names(value: Any) -> tuple[str, ...]:
    """Names of wire formats."""
    names = texts(value)
    unknown = [name for name in names if name not in FORMAT_NAMES]
    if unknown:
        raise Wrong(f"{unknown[0]!r} is no format; there are {', '.join(FORMAT_NAMES)}")
    return names


def meanings(value: Any) -> Mapping[str, Meaning]:
    """The provider's own signals with their meanings; signals are compared without regard to capitals."""
    if not isinstance(value, dict):
        raise Wrong(f"write a table of signals, {{ 'abc:withdrawn' = 'kill' }}, not {value!r}")
    for signal, meaning in value.items():
        if meaning not in MEANINGS:
            raise Wrong(f"{signal!r} cannot mean {meaning!r}; it is one of {', '.join(MEANINGS)}")
        if not signal.strip():
            raise Wrong("a signal without a name: write it as the wires do")
    return MappingProxyType({signal.strip().lower(): meaning for signal, meaning in value.items()})


def odd_language(value: str) -> list[str]:
    """A language that no tool will know."""
    primary = value.partition("-")[0]
    known = LANGUAGE.fullmatch(value) and (len(primary) > 2 or primary in LANGUAGE_CODES.split())
    return [] if known else [f"{value!r} is no language code; write it like 'en' or 'pt-BR'"]


def odd_patterns(value: tuple[str, ...]) -> list[str]:
    """Patterns that match more than can be meant."""
    return [f"{pattern!r} {odd}" for pattern in value if (odd := oddity_of(pattern))]


KEYS: tuple[Key, ...] = (
    Key("language", "language code", '"en"', "Language of wires that name none (BCP 47).", text, odd_language),
    Key("time_zone", "zone name", '"Europe/Oslo"', "Zone of times, and of bare dates, that say none. Default UTC.", zone),
    Key("source", "text", '"Fjordwire"', "Source of items that name none.", text),
    Key("credit", "text", '"Fjordwire"', "Credit line of items that carry none.", text),
    Key(
        "carries", "provider", '"fjordwire"',
        "The provider whose items these are: what it sends is a version of that one's items, not an item of its own.", text,
    ),
    Key(
        "precedence", "whole number", "10",
        "When several carry one agency's items and two versions tie, the higher one is believed. Default 0.", whole(-1000, 1000),
    ),
    Key("may_cancel", "list of providers", '["fjordphoto"]', "Other providers whose items it may kill.", texts),
    Key("formats", "list of formats", '["newsml_g2", "ninjs"]', "Formats that are taken; any other is quarantined.", format_names),
    Key("expected_formats", "list of formats", '["ninjs"]', "Any other is taken with a warning.", format_names),
    Key(
        "signals", "table", '{ "xyz:withdrawn" = "kill" }',
        f"Its own signals and what they mean: {', '.join(MEANINGS)}. Capitals do not matter.", meanings,
    ),
    Key(
        "boilerplate", "list of patterns", "['^Fjordwire is an independent agency']",
        "Lines that belong to no story: enrichment sets them apart, nothing is destroyed.", patterns, odd_patterns,
    ),
    Key(
        "kill_lines", "list of patterns", "['^SLETTES']",
        "Take lines and notes by which it kills a story, where its words are not the usual ones.", patterns, odd_patterns,
    ),
    Key(
        "correction_lines", "list of patterns", "['^RETTET']",
        "Take lines and notes by which it corrects a story.", patterns, odd_patterns,
    ),
)  # fmt: skip
"""Every key of a provider's table, in the order of the reference page."""
