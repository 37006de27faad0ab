"""How text is cut into words: the same for what is stored, asked and highlighted.

A word is a run of letters, marks and digits, in lower case and without accents ("Zürich" is "zurich").
Scripts that put no space between words are cut into single characters, so that a name in them is found as a phrase.
Cutting is done here, folding and stemming by Tantivy's filters, which are faster and give one word for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

UNSPACED = (
    "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Hiragana and Katakana
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0edf"  # Thai and Lao
    "\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17e0-\u17e9"  # Myanmar and Khmer
)
LONGEST_WORD = 200
"""Code points; longer runs are leftovers of binary files and are cut to pieces."""


def plain_analyzer() -> TextAnalyzer:
    """Words as they are written, whatever the language, from text that is `spaced`."""
    return _folding().build()


def english_analyzer() -> TextAnalyzer:
    """The same words cut back to their English stems."""
    return _folding().filter(Filter.stemmer("english")).build()


def tidy(text: str) -> str:
    """Letters and their accents composed (NFC), so that both spellings of one letter are the same word."""
    return unicodedata.normalize("NFC", text)


def spaced(text: str) -> str:
    """The words of a text with single spaces between them: what analyzers take."""
    return " ".join(_cutter(text).findall(text))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(_PLAIN.analyze(spaced(text)))


def stems_of(text: str) -> tuple[str, ...]:
    """The English stems of a text, in order; one for each of `words_of`."""
    return tuple(_ENGLISH.analyze(spaced(text)))


def places_of(text: str) -> list[tuple[int, int]]:
    """Where each of `words_of` stands: half-open code-point offsets."""
    return [piece.span() for piece in _cutter(text).finditer(text)]


def stemmed_words(words: Iterable[str]) -> tuple[str, ...]:
    """The English stems of words that are cut and folded already."""
    return tuple(_ENGLISH.analyze(" ".join(words)))


def _folding() -> TextAnalyzerBuilder:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.lowercase()).filter(Filter.ascii_fold())


def _cutter(text: str) -> re.Pattern[str]:
    """The quick pattern unless the text has a letter that it would cut wrongly."""
    if text.isascii():
        return _QUICK
    beyond_latin = "".join(sign for sign in set(text) if sign >= "\u0300")
    return _CAREFUL if _CARE.search(beyond_latin) else _QUICK


def _marks() -> str:
    """Accents and vowel signs that follow a letter: part of its word, though "word" in a pattern leaves them out."""
    return "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.category(chr(code))[0] == "M")


_QUICK = re.compile(rf"[^\W_]{{1,{LONGEST_WORD}}}")
_CARE = re.compile(rf"[{UNSPACED}{_marks()}]")
_CAREFUL = re.compile(
    rf"[{UNSPACED}]|[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|(?![{UNSPACED}])[{_marks()}]){{0,{LONGEST_WORD - 1}}}"
)
_PLAIN = plain_analyzer()
_ENGLISH = english_analyzer()
