import pytest
from wiredesk_ingest.formats.languages import language_of


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("swe", "sv"),
        ("ger", "de"),
        ("deu", "de"),
        ("EN_us", "en-US"),
        ("nl", "nl"),
        ("zh-hans", "zh-Hans"),
        ("fil", "fil"),
        (" fi-FI ", "fi-FI"),
        ("", None),
        ("Swedish, mostly", None),
        ("x" * 9, None),
    ],
)
def test_a_language_tag_is_written_as_bcp_47_has_it(tag: str, language: str | None) -> None:
    assert language_of(tag) == language
