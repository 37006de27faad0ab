"""What is left out of a page's markup is for machines only, and what people read stays."""

import pytest
from wiredesk_ingest.formats.page_trimming import trimmed


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p>Ferry<!-- <p>late</p> --> sails</p>", "<p>Ferry sails</p>"),
        ("<p>Ferry<!--> sails</p>", "<p>Ferry sails</p>"),
        ("<SCRIPT src='a.js'>if (a < b) go('<p>')</SCRIPT ><p>Ferry</p>", "<p>Ferry</p>"),
        ("<style>p { color: red }</style><p>Ferry</p>", "<p>Ferry</p>"),
        ("<svg viewBox='0 0 1 1'><path d='M0 0'/></svg>Ferry", "Ferry"),
        ("<svg><svg></svg><p>Ferry</p></svg>", "<svg><p>Ferry</p></svg>"),
        ("<script>a = '<!--'</script>Ferry<!-- x -->", "Ferry"),
    ],
)
def test_comments_scripts_styles_and_drawings_are_left_out(markup: str, left: str) -> None:
    assert trimmed(markup) == left


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Ferry</p>",
        '<script type=\'application/ld+json\'>{"a": "<!-- b --> <style>c</style>"}</script>',
        "<script src='a.js'/><p>Ferry</p><script>",
        "<svg/><p>Ferry</p>",
        "<svg><p>Ferry</p><svg/></svg>",
        "<p>Ferry <!-- never closed",
        '<div data-player="<script>play()</script>">Ferry</div>',
        "<scripted>Ferry</scripted>",
        "5 < 6 <script>a</script>",
    ],
)
def test_what_is_not_plainly_for_machines_stays_for_the_parser(markup: str) -> None:
    assert trimmed(markup) == markup


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<script>", "<svg>", "<svg><svg></svg>", "<a b='<!--", "<div a='<script>'>", "</script", "<style/>"],
)
@pytest.mark.parametrize("end", ["", "</script></style></svg>-->"])
def test_starts_without_an_end_cost_no_more_than_their_length(piece: str, end: str) -> None:
    """Fifty thousand tags are the most that are read at all; looking to the end for each would take minutes."""
    trimmed(piece * (50_000 // piece.count("<")) + end)
