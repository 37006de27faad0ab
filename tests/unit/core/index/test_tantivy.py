"""What only the Tantivy adapter has to take care of."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.article import Article
from wiredesk_core.failures import Misconfigured, StoreBusy
from wiredesk_core.index.tantivy import TantivyIndex, TantivyReader, store
from wiredesk_core.index.tantivy.schema import tie_of
from wiredesk_core.item import Item
from wiredesk_core.ports import IndexGone, IndexPut, Query

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def put(item_id: str, revision: int = 1) -> IndexPut:
    item = Item(uri=f"urn:test:{item_id}", headline="Ferry")
    return IndexPut("open", Article(uri=item.uri, item_id=item_id, revision=revision, item=item), NOON)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
)
def test_a_tie_never_puts_ids_the_wrong_way_round(one: str, other: str) -> None:
    if tie_of(one) < tie_of(other):
        assert one < other


async def test_an_index_of_another_layout_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("other")
    tantivy.Index(builder.build(), path=str(tmp_path / "open"))
    with pytest.raises(Misconfigured, match="mend"):
        TantivyIndex(tmp_path)
    with pytest.raises(Misconfigured, match="mend the index"):
        await TantivyReader(tmp_path).search(Query())


async def test_a_failed_write_changes_nothing_and_the_next_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = TantivyIndex(tmp_path)
    await index.write([put("a")])
    with monkeypatch.context() as broken:
        broken.setattr(store, "document_of", lambda _entry: None)
        with pytest.raises(StoreBusy):
            await index.write([IndexGone("a", 2), put("b")])
    await index.write([put("c")])
    assert sorted(hit.item_id for hit in (await index.search(Query(text="ferry"))).hits) == ["a", "c"]
    await index.close()


async def test_a_folder_that_is_taken_away_and_made_anew_is_read_anew(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    reader = TantivyReader(folder)
    for item_id in ("a", "b"):
        index = TantivyIndex(folder)
        await index.write([put(item_id)])
        await index.close()
        assert [hit.item_id for hit in (await reader.search(Query())).hits] == [item_id]
        shutil.rmtree(folder)
        assert (await reader.search(Query())).total == 0


async def test_only_so_many_removals_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "GONE_REMEMBERED", 2)
    index = TantivyIndex(tmp_path)
    await index.write([IndexGone(name, 5) for name in "abc"])
    await index.write([put(name) for name in "abc"])
    assert [hit.item_id for hit in (await index.search(Query())).hits] == ["a"]
    await index.close()
