"""The adapters that each contract suite runs over: a new one is one more parameter here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wiredesk_core.archive import OpenArchive, open_archive
from wiredesk_core.index import OpenIndex, open_index


@pytest.fixture(params=["memory", "sqlite"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenArchive]:
    url = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path / 'archive.db'}"}[request.param]
    opened = open_archive(url)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", "tantivy"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://" if request.param == "memory" else f"tantivy://{tmp_path}/index"


@pytest.fixture
async def index(url: str) -> AsyncIterator[OpenIndex]:
    opened = open_index(url)
    yield opened
    await opened.close()
