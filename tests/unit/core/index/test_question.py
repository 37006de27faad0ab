from __future__ import annotations

import pytest
from wiredesk_core.index.question import Clause, Either, Every, Node, Without, read_question, wanted_clauses


def word(text: str, *, stem: str | None = None, field: str | None = None) -> Clause:
    return Clause((text,), stem or text, field)


def phrase(*words: str, field: str | None = None) -> Clause:
    return Clause(words, None, field)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("storm", word("storm")),
        ("Storms", word("storms", stem="storm")),
        ('"Storms"', phrase("storms")),
        ("headline:storms", word("storms", stem="storm", field="headline")),
        ('byline:"Ada Reed"', phrase("ada", "reed", field="byline")),
        ("a b", Every((word("a"), word("b")))),
        ("a AND b", Every((word("a"), word("b")))),
        ("a OR b c", Either((word("a"), Every((word("b"), word("c")))))),
        ("(a OR b) c", Every((Either((word("a"), word("b"))), word("c")))),
        ("a NOT b", Every((word("a"), Without(word("b"))))),
        ("and or not", Every((word("and"), word("or"), word("not")))),
        ("U.S.", phrase("u", "s")),
        ("10:30", phrase("10", "30")),
        ("http://a.b", phrase("http", "a", "b")),
        ("WATCH: storm", Every((word("watch"), word("storm")))),
        ("a - b", Every((word("a"), word("b")))),
        ("a * b", Every((word("a"), word("b")))),
        ("(Reuters) a", Every((word("reuters", stem="reuter"), word("a")))),
        ('a"b c"', Every((word("a"), phrase("b", "c")))),
        ('"" a', word("a")),
    ],
)
def test_a_text_is_read_into_its_tree(text: str, tree: Node) -> None:
    assert read_question(text) == tree


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_no_text_is_no_question(text: str) -> None:
    assert read_question(text) is None


def test_wanted_clauses_leave_out_what_is_behind_not() -> None:
    assert wanted_clauses(read_question("a (b OR c) NOT (d e)")) == (word("a"), word("b"), word("c"))
    assert wanted_clauses(None) == ()
