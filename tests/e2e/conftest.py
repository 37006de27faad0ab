"""Whole desks, started for the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from wiredesk.testing import Desk

PROVIDERS = "".join(f'[{name}]\nlanguage = "en"\n' for name in ("alpha", "beta", "gamma", "delta"))

StartDesk = Callable[..., Desk]


@pytest.fixture(scope="module")
def start_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDesk]:
    """Starts desks on free ports with the providers alpha to delta; all are stopped at the end of the module."""
    desks: list[Desk] = []

    def start(*, workers: int = 1, environ: Mapping[str, str] | None = None, more_providers: str = "") -> Desk:
        folder = tmp_path_factory.mktemp("desk")
        providers = folder / "providers.toml"
        providers.write_text(PROVIDERS + more_providers, encoding="utf-8")
        desk = Desk(folder / "data", providers, workers)
        desks.append(desk)
        desk.up(environ)
        return desk

    yield start
    for desk in desks:
        desk.close()
