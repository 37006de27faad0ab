"""What people read: an article, hits, changes; plain where nobody watches."""

from __future__ import annotations

from typing import Any

from wiredesk.commands.status import status_text
from wiredesk.commands.tail import events_of, line_of
from wiredesk.console import counting, downloading, table
from wiredesk.rendering import NAMED, PLAIN, article_text, hits_table, marked, shortened

TEXT = "The heading\n\nOslo said no. Oslo waits."
ARTICLE: dict[str, Any] = {
    "uri": "urn:1",
    "item_id": "i1",
    "revision": 2,
    "item": {
        "provider": "north", "type": "text", "status": "usable", "headline": "Oslo waits", "slugline": "",
        "byline": "By A. Writer", "body_text": f"{TEXT}\n\nA. Writer writes.", "embargoed_until": None,
    },
    "text": TEXT,
    "blocks": [{"start": 0, "end": 11, "kind": "heading"}, {"start": 13, "end": 39, "kind": "paragraph"}],
    "entities": [
        {
            "id": "Q585", "type": "LOC", "name": "Oslo", "salience": 0.9,
            "mentions": [{"start": 13, "end": 17, "text": "Oslo"}, {"start": 27, "end": 31, "text": "Oslo"}],
        }
    ],
    "keyphrases": [{"text": "Oslo", "score": 1.0}],
    "summary": [{"start": 13, "end": 26, "text": "Oslo said no."}],
    "removed": [{"start": 39, "end": 57, "reason": "author_bio"}],
    "layers": {"entities": {"version": 1, "status": "done", "model": "m"}},
}  # fmt: skip


def test_an_article_shows_what_was_found_and_what_was_taken_out() -> None:
    shown = article_text(ARTICLE)

    assert shown.startswith("Oslo waits\nBy A. Writer\nnorth text, usable, revision 2\n")
    assert "\n\n== The heading ==\n\nOslo said no. Oslo waits.\n\n" in shown
    assert "Oslo    LOC   Q585  0.90      2         Oslo\n" in shown
    assert "author_bio  A. Writer writes." in shown
    assert "In short: Oslo said no." in shown
    assert "entities  done    1        m" in shown


def test_an_article_without_layers_is_shown_as_it_came() -> None:
    bare = {**ARTICLE, "blocks": [], "entities": [], "keyphrases": [], "summary": [], "removed": [], "layers": {}}

    assert article_text(bare).endswith("urn:1\n\nThe heading  Oslo said no. Oslo waits.")


def test_speech_is_shown_with_who_says_it_in_the_order_of_the_text() -> None:
    told = {
        **ARTICLE,
        "statements": [
            {"start": 27, "end": 39, "text": "Oslo waits", "speaker": {"text": "He", "name": "Jens Berg", "start": 20, "end": 22}}
        ],
        "quotes": [
            {"start": 13, "end": 26, "text": "Oslo said no", "speaker": {"text": "Jens Berg", "start": 0, "end": 9}},
            {"start": 40, "end": 50, "text": "No, no", "speaker": None},
        ],
    }  # fmt: skip

    shown = article_text(told)

    assert (
        "Who says it     As         Words\n"
        "Jens Berg       quote      Oslo said no\n"
        "Jens Berg (He)  statement  Oslo waits\n"
        "nobody named    quote      No, no\n"
    ) in shown


def test_dates_sources_and_garbled_places_are_shown() -> None:
    told = {
        **ARTICLE,
        "dates": [
            {"text": "in May", "grain": "month", "value": "2026-05", "first": "2026-05-01", "last": "2026-05-31"},
            {"text": "the spring", "grain": "season", "value": "2026-SP", "first": None, "last": None},
        ],
        "credits": [{"role": "agency", "text": "Northwire"}],
        "attribution": [{"role": "outlet", "text": "DW"}],
        "quality": [{"start": 18, "end": 22, "code": "torn_sentence"}],
    }  # fmt: skip

    shown = article_text(told)

    assert "in May      month   2026-05  2026-05-01 to 2026-05-31\nthe spring  season  2026-SP\n" in shown
    assert "agency      Northwire\noutlet      DW" in shown
    assert "torn_sentence  The heading Oslo said no. Oslo waits." in shown


def test_a_long_passage_is_shown_by_its_ends() -> None:
    line = shortened("So it began and went on " + "and on " * 30 + "until it ended.")
    assert line.startswith("So it began")
    assert line.endswith("until it ended.")
    assert " … " in line
    assert len(line) <= 72


def test_names_are_marked_once_where_spans_overlap() -> None:
    assert marked("In Oslo now", 0, 11, [(3, 7), (3, 11), (9, 20)]) == f"In {NAMED}Oslo{PLAIN} now"


def test_a_plain_table_is_aligned_and_has_no_trailing_blanks() -> None:
    assert table(("A", "Long"), [("one", "1"), ("x", "")]) == "A    Long\none  1\nx"
    assert table(("A", "B"), []) == "A  B"


def test_hits_without_a_headline_are_shown_by_their_slugline() -> None:
    hit = {"item_id": "i1", "published_at": "2026-03-01T08:00:00Z", "item": {"provider": "p", "slugline": "SLUG"}}

    assert hits_table([hit]).splitlines()[1] == "i1    2026-03-01 08:00  p         SLUG"


def test_server_sent_events_are_read_and_comments_passed_over() -> None:
    lines = ["retry: 2000", "", ": nothing new", "", "event: created", "id: c1", "data: {}", "", "data: x", ""]

    assert list(events_of(lines)) == [("created", "c1", "{}"), ("message", "", "x")]


def test_a_change_is_one_line_also_when_its_words_are_gone() -> None:
    change = {"at": "2026-03-01T08:00:00Z", "kind": "killed", "provider": "p", "revision": 3, "item_id": "i1"}

    assert line_of(change) == "2026-03-01 08:00:00  killed   p            r3   i1"


def test_status_shows_what_is_not_ready() -> None:
    process = {"name": "gateway", "ready": False, "state": "starting", "pid": None, "restarts": 2, "memory": ""}
    told = {
        "gateway": "g", "ingest": "i", "broker": "b", "pid": 1, "processes": [process],
        "counts": {"items": {"open": 3}, "unsent": 0}, "lag": {"indexing: item.accepted": 5},
    }  # fmt: skip

    shown = status_text(told)

    assert "gateway  starting       2" in shown
    assert "items: open  3" in shown
    assert "indexing: item.accepted  5" in shown


def test_a_download_counts_each_jar_once_and_nothing_else() -> None:
    steps: list[int] = []
    on_download = downloading(2, lambda step, _name: steps.append(step))
    for name in ("a.pom", "a.jar", "a.jar", "b.jar", "c.jar"):
        with on_download(name, 10) as received:
            received(10)

    assert sum(steps) == 2


def test_progress_without_a_terminal_is_a_line_and_no_bar() -> None:
    with counting("Pushing", 2) as advance:
        advance(1, "a")
        advance(1, "b")
