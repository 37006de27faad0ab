"""The extractor's rules answer the same whether or not they remember."""

import pytest
import trafilatura
from lxml import etree
from trafilatura import xpaths
from wiredesk_ingest.formats import main_text

SLOW = (xpaths.OVERALL_DISCARD_XPATH, xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH, xpaths.RAW_TREE_PRUNE_XPATH)
MARKUP = """<div class="widget" id="a">1</div><div id="share" class="x">2</div><section class="x" id="cookie">3</section>
<p style="display:none">4</p><p aria-hidden="true">5</p><div role="Navigation">6</div><o:p class="hide-me">7</o:p>
<div class="infinite-scroll"><h1>8</h1></div><div class="infinite-scroll">9</div><ul class="comment-list">10</ul>
<div @click="x" class="social\x0cfooter">11</div><span class="menu">12</span><div>13</div>"""


def remembering() -> list[main_text.Remembered]:
    return [rule for rules in SLOW for rule in rules if isinstance(rule, main_text.Remembered)]


def page(markup: str = MARKUP) -> etree._Element:
    tree = trafilatura.load_html(f"<html><head><title>T</title></head><body>{markup}</body></html>")
    assert tree is not None
    return tree


def test_all_slow_rules_of_the_extractor_remember() -> None:
    slow = [rule for rules in (*SLOW, xpaths.BODY_XPATH) for rule in rules if "re:test(" in rule.path]

    assert slow
    assert all(isinstance(rule, main_text.Remembered) for rule in slow)


def test_what_is_remembered_is_what_the_rule_says() -> None:
    for rule in remembering():
        asked = etree.XPath(rule.path, namespaces={"re": xpaths.REGEXP_NS})
        for _ in range(2):
            tree = page()
            assert list(rule(tree)) == list(asked(tree))


def test_the_first_frame_of_a_story_is_the_one_the_rule_finds_first() -> None:
    markup = "<div><div class='x'>a</div><div class='post-body'>b</div></div><div class='article-body'>c</div>"
    tree = page(markup)
    for rule in xpaths.BODY_XPATH:
        asked = etree.XPath(rule.path, namespaces={"re": xpaths.REGEXP_NS})
        assert next(iter(rule(tree)), None) is next(iter(asked(tree)), None)


@pytest.mark.parametrize("bound", ["LONGEST_KIND", "MOST_REMEMBERED"])
def test_what_cannot_be_remembered_is_asked_again(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(main_text, bound, 1)

    test_what_is_remembered_is_what_the_rule_says()


def test_of_a_page_of_too_many_kinds_no_words_are_left_out_unasked() -> None:
    rule = main_text.Remembered(xpaths.OVERALL_DISCARD_XPATH[0])
    many = "".join(f"<div class='menu-{n}'>{n}</div>" for n in range(3_000))

    assert 0 < len(rule(page(many))) < 3_000


def test_pages_of_one_provider_leave_little_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_text, "MOST_REMEMBERED", 3)
    rule = main_text.Remembered(remembering()[0])
    tree = page()
    rule(tree)

    assert len(rule._known) <= 3
