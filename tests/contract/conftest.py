"""The adapters that each contract suite runs over: a new one is one more parameter here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wiredesk_core.archive import OpenArchive, open_archive
from wiredesk_core.index import OpenIndex, open_index


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an Archive or a Registry is kept, one test for each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return {"memory": "memory:", "sqlite": f"sqlite:{tmp_path / 'store.db'}"}[request.param]


@pytest.fixture
async def archive(store_url: str) -> AsyncIterator[OpenArchive]:
    opened = open_archive(store_url)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", "tantivy", "opensearch"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "opensearch":
        return str(request.getfixturevalue("opensearch_url"))
    return "memory://" if request.param == "memory" else f"tantivy://{tmp_path}/index"


@pytest.fixture
async def index(url: str) -> AsyncIterator[OpenIndex]:
    opened = open_index(url)
    yield opened
    await opened.close()
