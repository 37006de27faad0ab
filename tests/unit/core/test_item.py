"""What of an item enrichers read."""

from __future__ import annotations

import pytest
from wiredesk_core.item import NO_STORY, Item, ParseWarning, Status, story_sha256
from wiredesk_core.testing import after, make_item


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "9"},
        {"status": Status.withheld},
        {"aliases": ("doc-7",)},
        {"warnings": (ParseWarning(code="repaired"),)},
        {"embargoed_until": after(5)},
    ],
)
def test_what_no_enricher_reads_makes_no_other_story(changes: dict[str, object]) -> None:
    assert story_sha256(make_item(**changes)) == story_sha256(make_item())


@pytest.mark.parametrize("changes", [{"body_text": "x"}, {"headline": "x"}, {"language": "nn"}, {"byline": "By x"}])
def test_other_words_are_another_story(changes: dict[str, object]) -> None:
    assert story_sha256(make_item(**changes)) != story_sha256(make_item())


def test_only_fields_that_there_are_are_left_out() -> None:
    assert set(Item.model_fields) >= NO_STORY
