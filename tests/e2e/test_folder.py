"""Files dropped into the watched folder become articles; what cannot be taken is set apart with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

STORY = {
    "uri": "urn:alpha:dropped",
    "version": "1",
    "headline": "Lamp lit",
    "body_text": "The lighthouse at Riga is lit.",
}


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drop")
    (folder / "incoming" / "alpha").mkdir(parents=True)
    (folder / "incoming" / "stranger").mkdir()
    return folder


@pytest.fixture(scope="module")
def desk(start_desk: Callable[..., Desk], drop: Path) -> Desk:
    return start_desk(environ={"INGEST_FOLDER": str(drop), "INGEST_FOLDER_INTERVAL": "0.2"})


def test_a_file_moves_to_done_and_is_served(desk: Desk, drop: Path) -> None:
    (drop / "incoming" / "alpha" / "lamp.json").write_text(json.dumps(STORY), encoding="utf-8")
    wait_for((drop / "done" / "alpha" / "lamp.json").exists, "the file is in done/", 20)
    wait_for(lambda: desk.get("/v1/items", uri="urn:alpha:dropped").status_code == 200, "the item is served", 20)
    assert not (drop / "incoming" / "alpha" / "lamp.json").exists()


def test_a_file_of_an_unknown_provider_moves_to_failed_with_its_reason(desk: Desk, drop: Path) -> None:
    (drop / "incoming" / "stranger" / "note.txt").write_text("Who am I?", encoding="utf-8")
    reason = drop / "failed" / "stranger" / "note.txt.reason.json"
    wait_for(reason.exists, "the file is in failed/", 20)
    assert "stranger" in reason.read_text(encoding="utf-8")
    assert desk.is_ready()
