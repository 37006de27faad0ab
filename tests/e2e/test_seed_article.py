"""The article that the project began with: machine-translated, with traps, as pushed by somebody who pastes text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

SEED = Path(__file__).parents[3] / "shared" / "data" / "seed"
LONGEST_HEADING = 80
NORTH_KOREA, PYONGYANG, RUSSIA, MOSCOW = "Q423", "Q18808", "Q159", "Q649"
ENRICHED_SECONDS = 60.0
SEARCHABLE_SECONDS = 3.0
"""An article is served as soon as it is in the archive, and found a moment later."""


@pytest.fixture(scope="module")
def desk(wire: bytes, start_desk: Callable[..., Desk]) -> Desk:
    """Started only when there is something to push."""
    return start_desk(workers=1)


@pytest.fixture(scope="module")
def wire() -> bytes:
    if not SEED.is_dir():
        pytest.skip("the seed article is not here: it lies in ../shared/data/seed")
    (found,) = SEED.glob("*.txt")
    return found.read_bytes()


@pytest.fixture(scope="module")
def lines(wire: bytes) -> list[str]:
    """The lines of the wire that say something: the story, then its source line, then the author's bio."""
    return [line.strip() for line in wire.decode().splitlines() if line.strip()]


@pytest.fixture(scope="module")
def article(desk: Desk, wire: bytes) -> dict[str, Any]:
    """The article as served, enriched."""
    pushed = desk.push("alpha", wire, "text/plain; charset=utf-8")
    assert pushed.status_code == 202, pushed.text
    receipt = pushed.json()["receipts"][0]["receipt_id"]
    assert desk.wait_decided([receipt], 20) == {receipt: ["accepted"]}
    item_id = next(n["item_id"] for n in desk.get(f"/v1/receipts/{receipt}").json()["notes"] if n.get("item_id"))

    def enriched() -> dict[str, Any] | None:
        found: dict[str, Any] = desk.get(f"/v1/items/{item_id}").json()
        return found if all(layer["status"] != "pending" for layer in found["layers"].values()) else None

    served: dict[str, Any] = wait_for(enriched, "the article is enriched", ENRICHED_SECONDS)
    return served


def ids_by_name(article: dict[str, Any]) -> dict[str, set[str]]:
    """What each name in the text was linked to."""
    linked: dict[str, set[str]] = {}
    for entity in article["entities"]:
        for mention in entity["mentions"]:
            assert article["text"][mention["start"] : mention["end"]] == mention["text"]
            linked.setdefault(mention["text"], set()).add(entity["id"])
    return linked


def test_every_layer_is_done_but_the_topics_that_pasted_text_cannot_state(article: dict[str, Any]) -> None:
    left = {name: layer.get("reason") for name, layer in article["layers"].items() if layer["status"] != "done"}
    assert left == {"topics": "the wire has no IPTC subjects, and none is guessed"}


def test_the_authors_bio_and_the_source_line_are_removed_and_kept(article: dict[str, Any], lines: list[str]) -> None:
    *_, source_line, bio = lines
    body = article["item"]["body_text"]
    removed = {span["reason"]: body[span["start"] : span["end"]] for span in article["removed"]}
    assert (removed["source_line"], removed["author_bio"]) == (source_line, bio)
    assert source_line not in article["text"]
    assert bio[:40] not in article["text"]


def test_the_story_is_whole_from_its_first_words_to_its_last(article: dict[str, Any], lines: list[str]) -> None:
    first, *_, last, _, _ = lines
    assert article["text"].startswith(first[:40])
    assert article["text"].endswith(last[-40:])


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("DPRK", NORTH_KOREA),
        ("North Korea", NORTH_KOREA),
        ("Pyongyang", PYONGYANG),
        ("Russia", RUSSIA),
        ("Moscow", MOSCOW),
    ],
)
def test_every_mention_of_a_name_is_linked_to_its_thing(article: dict[str, Any], name: str, entity: str) -> None:
    assert ids_by_name(article)[name] == {entity}


def test_its_sub_headings_are_headings(article: dict[str, Any], lines: list[str]) -> None:
    sub_headings = [line for line in lines[:-2] if len(line) < LONGEST_HEADING and not line.endswith(".")]
    assert len(sub_headings) == 3
    text = article["text"]
    assert [text[b["start"] : b["end"]] for b in article["blocks"] if b["kind"] == "heading"] == sub_headings


@pytest.mark.parametrize(
    "asked", [{"q": '"ballistic missile launches"'}, {"entity": NORTH_KOREA}, {"q": "sanctions", "entity": PYONGYANG}]
)
def test_it_is_found(desk: Desk, article: dict[str, Any], asked: dict[str, str]) -> None:
    def found() -> bool:
        hits = desk.get("/v1/items", **asked).json()["items"]
        return [hit["item_id"] for hit in hits] == [article["item_id"]]

    wait_for(found, f"{asked} finds it", SEARCHABLE_SECONDS)


def test_it_is_not_found_by_the_words_that_were_removed(desk: Desk, article: dict[str, Any], lines: list[str]) -> None:
    wait_for(lambda: desk.get("/v1/items", entity=NORTH_KOREA).json()["items"], "it is indexed", SEARCHABLE_SECONDS)
    assert desk.get("/v1/items", q=lines[-2].split()[-1]).json()["items"] == []
