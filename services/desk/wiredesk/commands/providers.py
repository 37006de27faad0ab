"""`wiredesk providers`: whether a providers file is right, and what its rules do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from wiredesk_core.failures import Misconfigured

from wiredesk.console import put, say, table
from wiredesk.options import DATA, Data, Json

if TYPE_CHECKING:
    from wiredesk_ingest.provider_file import Examined
    from wiredesk_ingest.provider_trial import Effect, Sample
    from wiredesk_ingest.providers import Profile

WRONG = 1


class Action(StrEnum):
    """What to do with the file."""

    check = "check"


def providers(
    action: Annotated[Action, typer.Argument(help="check: say every mistake; exit 1 if there is any.")],
    file: Annotated[Path | None, typer.Argument(help="TOML file of profiles; this desk's own by default.")] = None,
    *,
    wires: Annotated[
        Path | None, typer.Option(help="Folder with PROVIDER/FILE: says what each rule does to these wires.")
    ] = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Every mistake in a providers file, with table, key, line and how to mend it; what is odd; what each rule does."""
    from wiredesk_ingest.provider_file import examine

    assert action is Action.check
    path = file or data / "providers.toml"
    examined = examine(_text_of(path))
    tried = {} if wires is None else _tried(examined.profiles, wires)
    if as_json:
        put(json.dumps(_as_json(examined, tried), ensure_ascii=False))
    else:
        _tell(path, examined, tried)
    raise typer.Exit(WRONG if examined.mistakes else 0)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror}): name the providers file.") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path} is not UTF-8 at byte {error.start}: save it as UTF-8.") from error


def _tried(profiles: Mapping[str, Profile], wires: Path) -> dict[str, list[Effect]]:
    """The effects of each provider's rules on its wires; of providers that have any there."""
    from wiredesk_ingest.provider_trial import Effect, try_rules, unexplained_signals

    tried: dict[str, list[Effect]] = {}
    for name, profile in profiles.items():
        samples = _samples(wires / name)
        if samples:
            found = [
                Effect("signals", f"{s} = ?", 0, "in the wires, without a meaning")
                for s in unexplained_signals(profile, samples)
            ]
            tried[name] = [*try_rules(profile, samples), *found]
    if not tried:
        raise Misconfigured(f"{wires} holds no wires of these providers: put them into {wires}/PROVIDER/.")
    return tried


def _samples(folder: Path) -> list[Sample]:
    from wiredesk_ingest.provider_trial import Sample

    if not folder.is_dir():
        return []
    return [Sample(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()]


def _tell(path: Path, examined: Examined, tried: Mapping[str, list[Effect]]) -> None:
    for mistake in examined.mistakes:
        put(f"wrong  {mistake}")
    for oddity in examined.oddities:
        put(f"odd    {oddity}")
    rows = [(name, e.key, e.rule, str(e.changed), e.example) for name, effects in tried.items() for e in effects]
    if rows:
        put(table(("Provider", "Key", "Rule", "Wires changed", "For example"), rows))
    known, wrong, odd = len(examined.profiles), len(examined.mistakes), len(examined.oddities)
    say(f"{path}: {known} profiles can be used, {wrong} mistakes, {odd} oddities.")


def _as_json(examined: Examined, tried: Mapping[str, list[Effect]]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "profiles": sorted(examined.profiles),
        "mistakes": [asdict(mistake) for mistake in examined.mistakes],
        "oddities": [asdict(oddity) for oddity in examined.oddities],
        "rules": {name: [asdict(effect) for effect in effects] for name, effects in tried.items()},
    }
