"""What a parser says of a sentence, in our own words, so that everything behind it runs without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Word:
    """A token: half-open offsets, its form in small letters, Penn tag, dependency and the index of its head."""

    start: int
    end: int
    form: str
    tag: str
    dep: str
    head: int


class Grammar(Protocol):
    """A parser of one language."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language it was made for."""

    @property
    def model(self) -> str:
        """Name and version, as it stands in a layer."""

    def parse(self, texts: Sequence[str], /) -> list[tuple[Word, ...]]:
        """The words of each text, in text order. Raises whatever the model raises."""


_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
_NOBODY = frozenset({"that", "which", "who", "there", "what"})
_BEFORE_NOUN = frozenset({"det", "amod", "compound", "nummod", "poss", "nmod"})


class Tree:
    """The words of a text and what hangs on each."""

    def __init__(self, words: Sequence[Word] = ()) -> None:
        self.words = tuple(words)

    @cached_property
    def below(self) -> tuple[tuple[int, ...], ...]:
        """For each word the indices of those that hang on it, in text order."""
        hanging: list[list[int]] = [[] for _ in self.words]
        for at, word in enumerate(self.words):
            if word.head != at:
                hanging[word.head].append(at)
        return tuple(map(tuple, hanging))

    def upwards(self, at: int) -> Iterator[int]:
        """The word and those above it, to the top of its sentence."""
        seen = set[int]()
        while at not in seen:
            yield at
            seen.add(at)
            at = self.words[at].head

    def subject_of(self, verb: int) -> int | None:
        """Head of a verb's subject: its own, the noun of its relative clause, or that of the verb it hangs on."""
        for at in self.upwards(verb):
            for child in self.below[at]:
                if self.words[child].dep in _SUBJECTS and self.words[child].form not in _NOBODY:
                    return child
            word = self.words[at]
            if word.dep == "relcl" or (word.dep == "acl" and self.words[word.head].tag[:1] == "N"):
                return word.head
        return None

    def object_of(self, preposition: int) -> int | None:
        """The noun of a preposition, also of two ("according to")."""
        for child in self.below[preposition]:
            if self.words[child].dep in ("pobj", "nmod", "dobj"):
                return child
            if self.words[child].dep in ("prep", "pcomp") and (found := self.object_of(child)) is not None:
                return found
        return None

    def phrase_of(self, head: int) -> tuple[int, int]:
        """Offsets of a noun with what stands before it ("the former diplomat"), without clauses and appositions."""
        first = last = head
        for at in self.below[head]:
            if at < head and self.words[at].dep in _BEFORE_NOUN:
                first = min(first, self.reach(at)[0])
            elif at == last + 1 and self.words[at].form == "of":
                last = self.reach(at)[1]
        return self.words[first].start, self.words[last].end

    def reach(self, head: int) -> tuple[int, int]:
        """Indices of the first and last word of all that hangs on a word, itself included."""
        first = last = head
        waiting, seen = [head], set[int]()
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                first, last = min(first, at), max(last, at)
                waiting.extend(self.below[at])
        return first, last
