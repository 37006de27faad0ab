"""Reading a providers file: all its mistakes at once, each with its table, key and line and how to mend it.

[fjordwire]
language = "nb"
time_zone = "Europe/Oslo"
signals = { "fw:trukket" = "kill" }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiredesk_core.failures import Misconfigured
from wiredesk_core.topics import TOPICS

from wiredesk_ingest.provider_keys import KEYS, Wrong, key_called
from wiredesk_ingest.providers import NAME, Profile

SERVICES = frozenset(name for topic in TOPICS for name in (*topic.producers, *topic.consumers))
ERROR_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing about a providers file. `line` counts from 1; 0 when no single line is at fault."""

    table: str
    key: str
    line: int
    told: str

    def __str__(self) -> str:
        place = f"[{self.table}] {self.key}".strip() if self.table else "the providers file"
        return f"{f'line {self.line}: ' if self.line else ''}{place}: {self.told}"


@dataclass(frozen=True, slots=True)
class Examined:
    """What a providers file says: the profiles that can be used, what is wrong, and what is allowed but odd."""

    profiles: Mapping[str, Profile]
    mistakes: tuple[Complaint, ...]
    oddities: tuple[Complaint, ...]


def read_profiles(toml_text: str) -> Mapping[str, Profile]:
    """The profiles of a providers file, by name. Raises Misconfigured with every mistake in it."""
    examined = examine(toml_text)
    if examined.mistakes:
        raise Misconfigured("; ".join(map(str, examined.mistakes)))
    return examined.profiles


def examine(toml_text: str) -> Examined:
    """Read a providers file to its end, whatever is wrong in it."""
    try:
        tables = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        found = ERROR_LINE.search(str(error))
        return Examined({}, (Complaint("", "", int(found[1]) if found else 0, f"this is not TOML: {error}"),), ())
    lines = Lines(toml_text)
    profiles: dict[str, Profile] = {}
    mistakes: list[Complaint] = []
    oddities: list[Complaint] = []
    for name, table in tables.items():
        profile, wrong, odd = _profile(name, table, lines)
        mistakes += wrong
        oddities += odd
        if profile is not None:
            profiles[name] = profile
    for profile in profiles.values():
        mistakes += [*_wrong_strangers(profile, profiles, lines), *_wrong_inbound(profile, profiles, lines)]
        oddities += _odd_strangers(profile, tables, lines)
    return Examined(profiles, tuple(mistakes), tuple(oddities))


class Lines:
    """Where tables and keys stand in a TOML text, as far as they are written in the usual way."""

    def __init__(self, toml_text: str) -> None:
        self._lines = toml_text.splitlines()

    def of(self, table: str, key: str = "") -> int:
        """The line of a key, else of its table's head; 0 when neither is found."""
        head = self._find(_head(table), 0)
        if not head:
            return self._find(re.compile(rf"\s*{_quoted(table)}\s*="), 0)
        if not key:
            return head
        end = self._find(re.compile(r"\s*\["), head) or len(self._lines) + 1
        found = self._find(re.compile(rf"\s*{_quoted(key)}\s*[.=]"), head)
        below = self._find(re.compile(rf"\s*\[+\s*{_quoted(table)}\s*\.\s*{_quoted(key)}\s*\]"), head)
        return found if 0 < found < end else below or head

    def _find(self, wanted: re.Pattern[str], after: int) -> int:
        return next((n for n, line in enumerate(self._lines[after:], after + 1) if wanted.match(line)), 0)


def _head(table: str) -> re.Pattern[str]:
    return re.compile(rf"\s*\[\s*{_quoted(table)}\s*[.\]]")


def _quoted(name: str) -> str:
    return rf"[\"']?{re.escape(name)}[\"']?"


def _profile(name: str, table: Any, lines: Lines) -> tuple[Profile | None, list[Complaint], list[Complaint]]:
    """The profile of one table, unless something in it is wrong; what is wrong and what is odd."""
    if not NAME.fullmatch(name):
        told = "a provider's name is lower-case letters, digits, '.', '_' and '-', at most 63"
        return None, [Complaint(name, "", lines.of(name), told)], []
    if not isinstance(table, dict):
        told = f"write a table, [{name}], with the provider's keys below it"
        return None, [Complaint(name, "", lines.of(name), told)], []
    fields: dict[str, Any] = {}
    mistakes: list[Complaint] = []
    oddities: list[Complaint] = []
    for key, value in table.items():
        try:
            known = key_called(key, KEYS)
            fields[key] = known.read(value)
        except Wrong as wrong:
            mistakes.append(Complaint(name, key, lines.of(name, key), str(wrong)))
        else:
            oddities += (Complaint(name, key, lines.of(name, key), odd) for odd in known.odd(fields[key]))
    return None if mistakes else Profile(name=name, **fields), mistakes, oddities


def _wrong_strangers(profile: Profile, profiles: Mapping[str, Profile], lines: Lines) -> Iterator[Complaint]:
    """A carrier of a carrier would make a provider's scope hang on the order of reading."""
    line = lines.of(profile.name, "carries")
    if profile.carries == profile.name:
        yield Complaint(profile.name, "carries", line, "a provider carries its own items anyway; leave it out")
        return
    carried = profiles.get(profile.carries or "")
    if carried is not None and carried.carries:
        told = f"{carried.name!r} itself carries {carried.carries!r}; name that"
        yield Complaint(profile.name, "carries", line, told)


def _wrong_inbound(profile: Profile, profiles: Mapping[str, Profile], lines: Lines) -> Iterator[Complaint]:
    """An upstream writes as the user of its name, to a topic of its name; both have to be its own."""
    if not profile.inbound:
        return
    line = lines.of(profile.name, "inbound")
    if profile.name in SERVICES:
        yield Complaint(profile.name, "inbound", line, "a service is called so, whose rights it would get: rename it")
    alike = [
        other.name for other in profiles.values() if other.inbound and _broker_name(other) == _broker_name(profile)
    ]
    if alike[0] != profile.name:
        told = f"Kafka takes its topic and that of {alike[0]!r} for one, since it does not tell '.' from '_': rename it"
        yield Complaint(profile.name, "inbound", line, told)


def _broker_name(profile: Profile) -> str:
    return profile.name.replace(".", "_")


def _odd_strangers(profile: Profile, known: Mapping[str, Any], lines: Lines) -> Iterator[Complaint]:
    """Providers that are named and have no table. A carried agency needs none."""
    for stranger in profile.may_cancel:
        if stranger not in known:
            told = f"no table is called {stranger!r}: is it spelt so?"
            yield Complaint(profile.name, "may_cancel", lines.of(profile.name, "may_cancel"), told)
