"""A stored revision: its outline judges as the whole does, without being read whole."""

from __future__ import annotations

from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed
from wiredesk_core.stored import Stored
from wiredesk_core.testing import changed, make_item


def stored(change: Changed) -> Stored:
    return Stored(change.model_dump_json().encode())


def test_an_outline_is_the_revision_without_what_was_added() -> None:
    whole = changed(make_item(expires="2026-03-03T00:00:00Z"))
    assert whole.article is not None
    bare = whole.article.model_copy(update={"text": "", "layers": {}, "blocks": ()})
    assert stored(whole).whole() == whole
    assert stored(whole).outline == whole.model_copy(update={"article": bare})


def test_a_revision_without_an_article_is_its_own_outline() -> None:
    killed = changed(make_item()).model_copy(update={"article": None, "standing": Standing.killed})
    assert stored(killed).outline == stored(killed).whole() == killed
