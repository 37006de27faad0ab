"""The wire's subjects as Media Topics."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wiredesk_enrichment.enrichers.topics import tell_topics
from wiredesk_enrichment.story import Models, Skipped, Story

Told = Callable[..., list[tuple[str, float, bool]]]


@pytest.fixture
def told(story: Callable[..., Story], models: Models) -> Told:
    """(code, score, stated) of each topic of an item with these subjects."""

    def tell(*subjects: dict[str, str]) -> list[tuple[str, float, bool]]:
        made = tell_topics(story("The ferry sails.", subjects=subjects), models)["topics"]
        return [(topic["code"], topic["score"], topic["stated"]) for topic in made]

    return tell


def test_a_media_topic_is_told_with_all_that_stand_above_it(told: Told) -> None:
    assert told({"code": "20000003", "scheme": "medtop"}) == [
        ("medtop:20000003", 1.0, True), ("medtop:20000002", 1.0, False), ("medtop:01000000", 1.0, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "scheme"),
    [
        ("medtop:20000003", None),
        ("20000003", "http://cv.iptc.org/newscodes/mediatopic/"),
        ("20000003", "http://house.example/subref"),
    ],
)
def test_a_media_topic_is_known_however_the_wire_writes_it(code: str, scheme: str | None, told: Told) -> None:
    assert told({"code": code, "scheme": scheme or ""})[0] == ("medtop:20000003", 1.0, True)


def test_a_subject_code_is_the_topic_at_its_top(told: Told) -> None:
    assert told({"code": "15084000", "scheme": "subj"}) == [("medtop:15000000", 0.9, True)]


def test_a_subject_codes_name_tells_the_topic_below_the_top(told: Told) -> None:
    assert told({"code": "01005000", "scheme": "subj", "name": "Movies"})[0] == ("medtop:20000005", 0.8, True)
    assert told({"code": "15005000", "scheme": "subj", "name": "Movies"}) == [("medtop:15000000", 0.9, True)]


def test_another_schemes_subject_counts_by_its_name(told: Told) -> None:
    assert told({"code": "0a1b", "scheme": "house", "name": "movies"})[0] == ("medtop:20000005", 0.8, True)


def test_what_the_wire_states_outranks_what_follows_from_it(told: Told) -> None:
    codes = told({"code": "01005000", "scheme": "subj"}, {"code": "20000003", "scheme": "medtop"})
    assert [code for code, _, _ in codes] == ["medtop:20000003", "medtop:01000000", "medtop:20000002"]
    assert [is_stated for _, _, is_stated in codes] == [True, True, False]


def test_other_numbers_are_no_topics(told: Told) -> None:
    with pytest.raises(Skipped, match="none is guessed"):
        told(
            {"code": "15000000", "scheme": "accounts"},
            {"code": "99000000", "scheme": "subj"},
            {"code": "f", "name": "f"},
        )
