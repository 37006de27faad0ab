"""What each rule of a profile does to sample wires: all that would come out differently without it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from wiredesk_core.failures import Unreadable

from wiredesk_ingest.intake import facts_of, read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

RECEIVED = datetime(2000, 1, 1, tzinfo=UTC)
"""A sample has no time of reception; any will do, since the same is taken with and without a rule."""
LONGEST = 60

Outcome = Mapping[str, Any]
"""What a wire comes to, by the path of each value."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A wire to try rules on, with its file's name."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule did: how many of the samples it changed, and one of the changes in words."""

    key: str
    rule: str
    changed: int
    example: str


def try_rules(profile: Profile, samples: Sequence[Sample]) -> list[Effect]:
    """The effect of every rule of a profile, in the order of its fields; of lists and tables, that of each entry."""
    with_all = [_outcome(profile, sample) for sample in samples]
    effects = []
    for key, rule, without in _one_less(profile):
        differing = [
            (sample.filename, told)
            for sample, outcome in zip(samples, with_all, strict=True)
            if (told := _difference(_outcome(without, sample), outcome))
        ]
        example = f"{differing[0][0]}: {differing[0][1]}" if differing else ""
        effects.append(Effect(key, rule, len(differing), example))
    return effects


def unexplained_signals(profile: Profile, samples: Sequence[Sample]) -> list[str]:
    """Signals of the samples that the profile gives no meaning."""
    found = [
        signal
        for sample in samples
        for path, signals in _outcome(profile, sample).items()
        if path.endswith("item.signals")
        for signal in signals
    ]
    return [s for s in dict.fromkeys(found) if not s.startswith("sig:") and s.lower() not in profile.signals]


def _one_less(profile: Profile) -> Iterator[tuple[str, str, Profile]]:
    """The profile without each of its rules."""
    bare = Profile(profile.name)
    for field in fields(Profile):
        value, usual = getattr(profile, field.name), getattr(bare, field.name)
        if value != usual:
            for rule, left in _rules(value, usual):
                change: dict[str, Any] = {field.name: left}
                yield field.name, rule, replace(profile, **change)


def _rules(value: Any, usual: Any) -> Iterator[tuple[str, Any]]:
    """Each rule in a field, in words, with what is left of the field without it."""
    if isinstance(value, Mapping):
        for entry, meaning in value.items():
            yield f"{entry} = {meaning}", {name: other for name, other in value.items() if name != entry}
    elif isinstance(value, tuple):
        for entry in value:
            yield str(entry), tuple(other for other in value if other != entry)
    else:
        yield str(value), usual


def _outcome(profile: Profile, sample: Sample) -> Outcome:
    wire = Wire(sample.data, profile, filename=sample.filename)
    try:
        facts = facts_of(read_wire(wire), wire, "sample", RECEIVED)
    except Unreadable as unreadable:
        return {"quarantine": f"{unreadable.code}: {unreadable.detail}"}
    return dict(_flat("", {str(number): fact.model_dump(mode="json") for number, fact in enumerate(facts)}))


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for name, inner in value.items():
        yield from _flat(f"{path}.{name}" if path else name, inner)


def _difference(without: Outcome, outcome: Outcome) -> str:
    """The first value that differs, in words; nothing when none does."""
    for path in dict.fromkeys((*outcome, *without)):
        if without.get(path) != outcome.get(path):
            return f"{path.partition('.')[2] or path} {_short(without.get(path))} → {_short(outcome.get(path))}"
    return ""


def _short(value: Any) -> str:
    told = "nothing" if value in (None, "", [], ()) else str(value)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
