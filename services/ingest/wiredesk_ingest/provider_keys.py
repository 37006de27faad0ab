"""The keys that a provider's table may have: how each is read, what it means, and what an example looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wiredesk_ingest.credentials import is_reference
from wiredesk_ingest.formats import FORMATS
from wiredesk_ingest.patterns import fault_of, oddity_of
from wiredesk_ingest.providers import FEED_KINDS, MEANINGS, NAME, Feed, Meaning, Silence

FORMAT_NAMES = tuple(known.name for known in FORMATS)
MOST_PATTERNS = 100
PACE = (60.0, 3600.0)
MOST_MINUTES = 31 * 24 * 60
DAY_SECONDS = 24 * 3600
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


def key_called(name: str, keys: Sequence[Key]) -> Key:
    """The key of that name. Raises Wrong when there is none."""
    for key in keys:
        if key.name == name:
            return key
    raise Wrong(f"there is no such key; there are {', '.join(key.name for key in keys)}")


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


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong(f"write true or false, not {value!r}")
    return value


def zone(value: Any) -> str:
    """The name of a time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Wrong(f"{name!r} is not a time zone; write it like 'Europe/Oslo'") from error
    return name


def silence(value: Any) -> Silence:
    """A custom to be learned, none, or so many minutes (kept in seconds)."""
    if value in ("adaptive", "off"):
        return cast("Silence", value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_MINUTES:
        raise Wrong(f"write 'adaptive', 'off', or a number of minutes up to {MOST_MINUTES}, not {value!r}")
    return value * 60.0


def folder(value: Any) -> str:
    """A folder by its whole path, so that it does not hang on where ingest was started."""
    path = text(value)
    if not PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise Wrong(f"write the whole path of a folder, '/srv/files/fjordwire', not {path!r}")
    return path


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


def feed_name(value: Any) -> str:
    """A name for a feed's state and metrics."""
    name = text(value)
    if not NAME.fullmatch(name):
        raise Wrong(f"{name!r}: a feed's name is lower-case letters, digits, '.', '_' and '-', at most 63")
    return name


def feed_kind(value: Any) -> str:
    """One of the kinds of feeds."""
    if value not in FEED_KINDS:
        raise Wrong(f"write one of {', '.join(FEED_KINDS)}, not {value!r}")
    return str(value)


def url(value: Any) -> str:
    """An http or https address without a user in it."""
    address = text(value)
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise Wrong(f"{address!r} is no address: {error}") from error
    if not usable:
        raise Wrong(f"{address!r} is no address: write it like 'https://news.example/feed.xml'")
    if parts.username is not None or parts.password is not None:
        raise Wrong("no user and password in an address: name where the header's value is kept by `authorization`")
    return address


def pace(value: Any) -> tuple[float, float]:
    """The shortest and the longest pause between two questions, in seconds."""
    numbers = (
        [n for n in value if isinstance(n, int | float) and not isinstance(n, bool)] if isinstance(value, list) else []
    )
    if len(numbers) != 2 or not 1 <= numbers[0] <= numbers[1] <= DAY_SECONDS:
        raise Wrong(
            f"write two numbers of seconds, [60, 3600], the smaller first, within 1 and {DAY_SECONDS}, not {value!r}"
        )
    return float(numbers[0]), float(numbers[1])


def reference(value: Any) -> str:
    """Where a secret is kept; never the secret itself."""
    name = text(value)
    if not is_reference(name):
        raise Wrong(
            "write 'env:NAME' (an environment variable of ingest) or 'file:NAME' (a file in INGEST_SECRETS), never the secret itself"
        )
    return name


def references(value: Any) -> tuple[str, ...]:
    """Where several secrets are kept."""
    return tuple(reference(entry) for entry in texts(value))


FEED_KEYS: tuple[Key, ...] = (
    Key("url", "address", '"https://news.example/feed.xml"', "What is asked. Has to be there.", url),
    Key("name", "name", '"main"', "Its name in status, metrics and state. Default main; of several, each has its own.", feed_name),
    Key(
        "kind", "rss, http or token", '"rss"',
        "rss: RSS or Atom, taken when an entry is new or changed. http: a document, taken when it is another one. "
        "token: answers in JSON or XML that name the next page. Default rss.", feed_kind,
    ),
    Key("every", "two numbers of seconds", "[60, 3600]", "Bounds of the pause between two questions, which follows the feed's own rhythm.", pace),
    Key(
        "authorization", "env:NAME or file:NAME", '"env:NEWS_EXAMPLE"',
        "Where the value of the Authorization header is kept: an environment variable, or a file in INGEST_SECRETS.", reference,
    ),
    Key("wires", "place", '"data.items"', "Of a feed with a token: the list of wires in JSON, the element's name in XML. Without it the whole answer is one wire.", text),
    Key("next", "place", '"data.next"', "Where the next token or address stands; `element@attribute` in XML. A Link header counts as well.", text),
    Key("cursor_parameter", "name", '"cursor"', "The parameter that a token goes into. Default cursor.", text),
    Key("since_parameter", "name", '"since"', "The parameter that takes a moment (ISO 8601), where a token is no longer known.", text),
)  # fmt: skip
"""Every key of a feed's table."""


def feeds(value: Any) -> tuple[Feed, ...]:
    """The feeds of a provider."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Wrong(f"write a table a feed, [[PROVIDER.feeds]], with its url below it, not {value!r}")
    wrongs: list[str] = []
    found = [feed for number, entry in enumerate(value, 1) if (feed := _feed(number, entry, wrongs)) is not None]
    names = [feed.name for feed in found]
    wrongs += [
        f"two feeds are called {name!r}: give each its own name"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if wrongs:
        raise Wrong("; ".join(wrongs))
    return tuple(found)


def _feed(number: int, entry: Mapping[str, Any], wrongs: list[str]) -> Feed | None:
    read: dict[str, Any] = {}
    before = len(wrongs)
    for name, value in entry.items():
        try:
            read[name] = key_called(name, FEED_KEYS).read(value)
        except Wrong as wrong:
            wrongs.append(f"feed {number}, {name}: {wrong}")
    if "url" not in entry:
        wrongs.append(f"feed {number}: say what is asked, url = 'https://…'")
    if len(wrongs) > before:
        return None
    fastest, slowest = read.pop("every", PACE)
    return Feed(**read, fastest=fastest, slowest=slowest)


def odd_feeds(value: tuple[Feed, ...]) -> list[str]:
    """Feeds that will hardly do what they are meant to."""
    odd = []
    for feed in value:
        if feed.kind == "token" and not feed.next:
            odd.append(f"{feed.name}: a feed with a token and without `next` goes on only by a Link header")
        if feed.kind != "token" and (feed.wires or feed.next or feed.since_parameter):
            odd.append(f"{feed.name}: wires, next and since_parameter mean something for the kind token only")
        if feed.authorization and feed.url.startswith("http:"):
            odd.append(f"{feed.name}: the secret travels in the clear over http")
    return odd


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
        "When several carry one agency's items, of one version that of the highest precedence stands. Default 0.", whole(-1000, 1000),
    ),
    Key(
        "dateless_ids", "true or false", "true",
        "Its NewsML 1.x DateId changes with every revision, so a story is named without it. Default false.", flag,
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
    Key("feeds", "table a feed", '[{ url = "https://news.example/feed.xml" }]', "What ingest asks for news again and again; see below.", feeds, odd_feeds),
    Key(
        "silence", "adaptive, off, or minutes", '"adaptive"',
        "When its silence is told: against its own custom at that hour and kind of day, never, or after so many minutes. Default adaptive.", silence,
    ),
    Key(
        "folder", "path", '"/srv/files/fjordwire"',
        "A folder of its own that is watched: files in it become wires and move to .done or .failed below it. One ingest watches it.", folder,
    ),
    Key(
        "signing_keys", "list of env:NAME or file:NAME", '["env:FJORDWIRE_KEY", "file:fjordwire-next"]',
        "Where the keys are kept by which it signs its pushes (Standard Webhooks); several while one replaces another.", references,
    ),
    Key(
        "inbound", "true or false", "false",
        "Whether it writes its wires to Kafka itself: raw bytes on the topic wire.inbound.NAME, as the user NAME. Default false.", flag,
    ),
)  # fmt: skip
"""Every key of a provider's table, in the order of the reference page."""
