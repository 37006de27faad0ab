"""What a reader typed into the search box, read into a tree that every index can answer.

    storm warning            both words, anywhere
    "storm warning"          these words in this order, exactly as written
    storm OR flood           either
    storm NOT (sport OR tv)  the first without the others
    headline:storm           in one field: headline, slugline, byline or text

AND, OR and NOT are operators in capitals only. All other signs between words mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wiredesk_core.failures import Refused
from wiredesk_core.index.words import stems_of, tidy, words_of

FIELDS = ("headline", "slugline", "byline", "text")
"""Fields that a question may name."""

MAX_LENGTH = 1000
MAX_CLAUSES = 64
MAX_DEPTH = 16

_QUOTES = '"“”„‟'
_PIECE = re.compile(
    rf"""\s*(?:
        (?P<sign>[()])
      | (?:(?P<field>[a-z_]+):(?=[\w{_QUOTES}]))?
        (?: [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}]?) | (?P<word>[^\s(){_QUOTES}]+) )
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that have to stand next to each other, in one field or in any. A single word has a stem unless quoted."""

    words: tuple[str, ...]
    stem: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Every:
    """All parts have to match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One part has to match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part must not match."""

    part: Node


Node = Clause | Every | Either | Without


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind` is "(", ")", AND, OR, NOT, clause, or nothing for signs without a word."""

    kind: str
    at: int
    clause: Clause | None = None


def read_question(text: str) -> Node | None:
    """The tree of a query text; None for an empty one. Raises Refused(400) saying what is wrong, and where."""
    if len(text) > MAX_LENGTH:
        raise _bad(f"the query has {len(text)} characters; {MAX_LENGTH} are the limit")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise _bad("the query holds half a character (an unpaired surrogate)")
    text = tidy(text)
    if not text.strip():
        return None
    tokens = list(_tokens(text))
    if sum(token.clause is not None for token in tokens) > MAX_CLAUSES:
        raise _bad(f"the query has more than {MAX_CLAUSES} words and phrases")
    return _Reading(tokens, len(text)).whole()


def wanted_clauses(node: Node | None) -> tuple[Clause, ...]:
    """The clauses that a hit may show: all but those behind a NOT."""
    match node:
        case Clause():
            return (node,)
        case Every(parts) | Either(parts):
            return tuple(clause for part in parts for clause in wanted_clauses(part))
        case _:
            return ()


def _bad(what: str) -> Refused:
    return Refused(400, "bad_query", what)


def _tokens(text: str) -> Iterator[_Token]:
    for piece in _PIECE.finditer(text):
        yield _token(piece, piece.end() - len(piece[0].lstrip()) + 1)


def _token(piece: re.Match[str], at: int) -> _Token:
    if piece["sign"]:
        return _Token(piece["sign"], at)
    field = piece["field"]
    if piece["word"] in {"AND", "OR", "NOT"} and not field:
        return _Token(piece["word"], at)
    if field and field not in FIELDS:
        raise _bad(
            f"unknown field {field!r} at character {at}: {', '.join(FIELDS)} can be named, or put the words in quotes"
        )
    if piece["phrase"] is not None and not piece["closed"]:
        raise _bad(f"the quotation mark at character {at} is never closed")
    return _clause(piece, field, at)


def _clause(piece: re.Match[str], field: str | None, at: int) -> _Token:
    quoted, word = piece["phrase"], piece["word"]
    if word and re.search(r"\w\*", word):
        raise _bad(f"{word!r} at character {at}: * does not stand for letters here; word stems are found anyway")
    words = words_of(quoted if quoted is not None else word)
    if not words:
        return _Token("", at)
    stem = stems_of(word)[0] if word and len(words) == 1 else None
    return _Token("clause", at, Clause(words, stem, field))


class _Reading:
    """Recursive descent over the tokens: OR binds least, words side by side are joined by AND."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = [token for token in tokens if token.kind]
        self._end = _Token("the end", length + 1)
        self._next = 0

    def whole(self) -> Node:
        if not self._tokens:
            raise _bad("the query holds no word to look for")
        node = self._either(0)
        if self._peek() is not self._end:
            raise _bad(f"{self._peek().kind!r} at character {self._peek().at} closes nothing")
        return node

    def _either(self, depth: int) -> Node:
        parts = [self._every(depth)]
        while self._peek().kind == "OR":
            self._take()
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while True:
            if self._peek().kind == "AND":
                self._take()
            elif self._peek().kind not in {"clause", "(", "NOT"}:
                return parts[0] if len(parts) == 1 else Every(tuple(parts))
            parts.append(self._one(depth))

    def _one(self, depth: int) -> Node:
        token = self._take()
        if depth > MAX_DEPTH:
            raise _bad(f"more than {MAX_DEPTH} levels of NOT and parentheses at character {token.at}")
        if token.clause is not None:
            return token.clause
        if token.kind == "NOT":
            return Without(self._one(depth + 1))
        if token.kind != "(":
            raise _bad(f"a word is missing before {token.kind!r} at character {token.at}")
        node = self._either(depth + 1)
        if self._take().kind != ")":
            raise _bad(f"the parenthesis at character {token.at} is never closed")
        return node

    def _peek(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else self._end

    def _take(self) -> _Token:
        token = self._peek()
        self._next += 1
        return token
