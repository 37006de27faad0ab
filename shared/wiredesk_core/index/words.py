"""How text is cut into words: the same for what is stored and for what is asked.

A word is a run of letters, marks and digits, in lower case and without accents ("Zürich" is "zurich").
Scripts that put no space between words are cut into single characters, so that a name in them is found as a phrase.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
WORD = rf"[{UNSPACED}]|[\w&&[^_{UNSPACED}]]+"

LONGEST_WORD = 5000
"""Bytes; longer runs are not words but leftovers of a binary file, and are not indexed."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands: half-open code-point offsets."""

    text: str
    start: int
    end: int


def plain_analyzer() -> TextAnalyzer:
    """Words as they are written, whatever the language."""
    return _folding().build()


def english_analyzer() -> TextAnalyzer:
    """The same words cut back to their English stems; one stem for each word of the plain analyzer."""
    return _folding().filter(Filter.stemmer("english")).build()


def tidy(text: str) -> str:
    """Letters and their accents composed (NFC), so that both spellings of one letter are the same word."""
    return unicodedata.normalize("NFC", text)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(PLAIN.analyze(text))


def stems_of(text: str) -> tuple[str, ...]:
    """The English stems of a text, in order."""
    return tuple(ENGLISH.analyze(text))


def placed_words(text: str) -> list[Word]:
    """The words of a text with their places in it."""
    return [Word(token.text, token.char_offset_from, token.char_offset_to) for token in PLAIN.pre_tokenize(text).tokens]


def _folding() -> TextAnalyzerBuilder:
    builder = TextAnalyzerBuilder(Tokenizer.regex(WORD)).filter(Filter.remove_long(LONGEST_WORD))
    return builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())


PLAIN = plain_analyzer()
ENGLISH = english_analyzer()
