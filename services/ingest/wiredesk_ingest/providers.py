"""Profiles of providers: the little that differs from agency to agency and that no wire says about itself.

A providers file is TOML, one table a provider:

    [fjordwire]
    language = "en"
    time_zone = "Europe/Oslo"
    credit = "Fjordwire"
    may_cancel = ["fjordphoto"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wiredesk_core.failures import Misconfigured

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
"""A provider's name stands in paths, keys and topic names."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What we know about a provider beforehand.

    language: BCP 47 code of wires that name none. time_zone: IANA name, for times without a zone.
    carries: the provider whose items these are. may_cancel: other providers whose items it may kill.
    boilerplate: regular expressions of lines that belong to no story.
    kill_lines, correction_lines: regular expressions of take lines and notes by which it kills or corrects a story,
    where its words are not the usual ones.
    """

    name: str
    language: str | None = None
    time_zone: str = "UTC"
    source: str = ""
    credit: str = ""
    carries: str | None = None
    may_cancel: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    kill_lines: tuple[str, ...] = ()
    correction_lines: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The provider in whose name its items' uris are unique."""
        return self.carries or self.name

    @property
    def zone(self) -> tzinfo:
        """The zone of times that say none."""
        return ZoneInfo(self.time_zone)


def read_profiles(toml_text: str) -> Mapping[str, Profile]:
    """The profiles of a providers file, by name. Raises Misconfigured with the table and key at fault."""
    try:
        tables = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"the providers file is not TOML: {error}") from error
    profiles = {name: _profile(name, table) for name, table in tables.items()}
    for profile in profiles.values():
        _check_strangers(profile, profiles)
    return profiles


def _profile(name: str, table: Any) -> Profile:
    if not NAME.fullmatch(name):
        raise Misconfigured(f"[{name}]: a provider's name is lower-case letters, digits, '.', '_' and '-', at most 63")
    if not isinstance(table, dict):
        raise Misconfigured(f"{name}: write a table, [{name}], with the provider's keys below it")
    known = {field.name for field in fields(Profile)} - {"name"}
    unknown = sorted(table.keys() - known)
    if unknown:
        raise Misconfigured(f"[{name}] {unknown[0]}: no such key; there are {', '.join(sorted(known))}")
    checked: dict[str, Any] = {}
    for key, value in table.items():
        check: Callable[[str, Any], Any] = _CHECKS.get(key, _text)
        checked[key] = check(f"[{name}] {key}", value)
    return Profile(name=name, **checked)


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Misconfigured(f"{where}: write a text in quotes, not {value!r}")
    return value.strip()


def _texts(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Misconfigured(f"{where}: write a list of texts, not {value!r}")
    return tuple(_text(where, entry) for entry in value)


def _patterns(where: str, value: Any) -> tuple[str, ...]:
    patterns = _texts(where, value)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise Misconfigured(f"{where}: {pattern!r} is not a regular expression: {error}") from error
    return patterns


def _zone(where: str, value: Any) -> str:
    name = _text(where, value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Misconfigured(f"{where}: {name!r} is not a time zone; write it like 'Europe/Oslo'") from error
    return name


def _check_strangers(profile: Profile, profiles: Mapping[str, Profile]) -> None:
    """A carrier of a carrier would make a provider's scope hang on the order of reading."""
    if profile.carries == profile.name:
        raise Misconfigured(f"[{profile.name}] carries: a provider carries its own items anyway; leave it out")
    carried = profiles.get(profile.carries or "")
    if carried is not None and carried.carries:
        raise Misconfigured(f"[{profile.name}] carries: {carried.name!r} itself carries {carried.carries!r}; name that")


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "time_zone": _zone,
    "may_cancel": _texts,
    "boilerplate": _patterns,
    "kill_lines": _patterns,
    "correction_lines": _patterns,
}
