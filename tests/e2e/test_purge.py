"""A purge on a whole desk: the words are in no file outside the broker's own, and nothing brings them back."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner
from wiredesk.__main__ import app
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

WORD, OTHER = "Quokkaword", "Wombatword"
URI, NEIGHBOUR = "urn:alpha:harbour-purged", "urn:alpha:harbour-other"
KAFKA = "kafka"
"""The folder whose files keep the words until their retention is over, as the handbook says."""
READ_BY_EVERYBODY = ("/v1/items", "/v1/changes", "/v1/snapshot", "/v1/quarantine", "/v1/audit", "/v1/status")


def story(uri: str, word: str, *, version: str = "1", paragraphs: int = 3) -> bytes:
    body = f"The {word} was seen at the harbour on Monday, said {word} keeper Ann Miller. " * paragraphs
    told = {
        "uri": uri, "version": version, "headline": f"A {word} again", "slugline": f"{word}-seen", "language": "en",
        "keywords": [word], "body_text": body, "ednote": word,
    }  # fmt: skip
    return json.dumps(told).encode()


def holding(folder: Path, word: str) -> list[str]:
    """Files outside the broker's that hold a word in whatever case, in UTF-8 or UTF-16. Some go while we look."""
    forms = word.lower().encode(), word.lower().encode("utf-16-le")
    found = []
    for path in sorted(folder.rglob("*")):
        if KAFKA in path.relative_to(folder).parts or not path.is_file():
            continue
        try:
            data = path.read_bytes().lower()
        except FileNotFoundError:
            continue
        found += [str(path.relative_to(folder))] * any(form in data for form in forms)
    return found


def cells(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every text and blob of a database with its table; what is packed is unpacked."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):
                for value in row:
                    data = value.encode() if isinstance(value, str) else value
                    if isinstance(data, bytes):
                        yield table, unpacked(data)


def unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return data


def rows_holding(folder: Path, word: str) -> set[str]:
    sought = word.lower().encode()
    return {
        f"{database.name}:{table}"
        for database in folder.glob("*.db")
        for table, data in cells(database)
        if sought in data.lower()
    }


def run(desk: Desk, *arguments: str) -> str:
    ran = CliRunner().invoke(app, [*arguments, "--data", str(desk.folder)])
    assert ran.exit_code == 0, ran.output
    return ran.output


def answers_with(desk: Desk, word: str, *paths: str) -> list[str]:
    return [path for path in (*READ_BY_EVERYBODY, *paths) if word.lower() in desk.get(path).text.lower()]


def test_after_a_purge_the_words_are_only_on_the_topics_and_nothing_brings_them_back(
    start_desk: Callable[..., Desk],
) -> None:
    desk = start_desk(workers=1)
    first = desk.push_until_taken("alpha", [story(URI, WORD, paragraphs=60), story(NEIGHBOUR, OTHER)], key="two")
    broken = desk.push("alpha", f'{{"uri": "{URI}", "headline": "{WORD}'.encode()).json()["receipts"][0]["receipt_id"]
    desk.wait_decided([*first, broken], 60)
    item_id = desk.get("/v1/items", uri=URI).json()["item_id"]
    paths = f"/v1/items/{item_id}", f"/v1/items/{item_id}/versions", f"/v1/items/{item_id}/related"
    receipts = [f"/v1/receipts/{receipt}" for receipt in (*first, broken)]
    wait_for(lambda: '"pending"' not in desk.get(paths[0]).text, "its layers are there", 60)
    assert holding(desk.folder, WORD)
    assert rows_holding(desk.folder, WORD)

    assert "its words are destroyed" in run(desk, "purge", URI, "--reason", "Order 12 O 34/26")
    gone = desk.get(paths[0])
    assert (gone.status_code, gone.json()["code"]) == (410, "item_purged")
    assert answers_with(desk, WORD, *paths, *receipts) == []
    assert rows_holding(desk.folder, WORD) == set()
    wait_for(lambda: not holding(desk.folder, WORD), "no file holds it", 60)

    again = desk.push_until_taken("alpha", [story(URI, WORD), story(URI, WORD, version="2")], key="again")
    assert {tuple(told) for told in desk.wait_decided(again, 60).values()} == {("purged",)}
    run(desk, "replay", "--provider", "alpha", "--since", "1h")
    assert desk.get("/v1/items", q=WORD).json()["items"] == []
    changes = desk.get("/v1/changes").json()["changes"]
    assert [change["kind"] for change in changes if URI in json.dumps(change)][-1] == "killed"
    assert URI in desk.get("/v1/audit").text
    assert [hit["item"]["headline"] for hit in desk.get("/v1/items", q=OTHER).json()["items"]] == [f"A {OTHER} again"]

    desk.down()
    assert (holding(desk.folder, WORD), rows_holding(desk.folder, WORD)) == ([], set())
    desk.up()
    assert answers_with(desk, WORD, *paths, *receipts) == []
    assert desk.get(paths[0]).status_code == 410
    assert desk.get("/v1/items", uri=NEIGHBOUR).json()["item"]["headline"] == f"A {OTHER} again"
