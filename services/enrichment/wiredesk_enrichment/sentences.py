"""Cut running text into sentences; made for wire copy, which is not always well punctuated."""

from __future__ import annotations

import re
from collections.abc import Iterator

# After these a full stop seldom ends a sentence. Lower case, without the stop.
_NO_END = (
    "mr mrs ms dr prof st sr jr rev hon brig gen col lt maj capt sgt cpl cmdr adm gov sen rep pres amb det supt insp "
    "vs v no nos vol pp fig approx est dept univ min sec hr hrs lb lbs oz assn bros ed eds al etc eg ie cf ca inc ltd corp co plc "
    "jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat sun "
    "ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa "
    "tenn tex va vt wash wis wyo ave blvd rd mt ft"
)
_ABBREVIATIONS = frozenset(_NO_END.split())
# These may well end one: the next word decides, and a capital is taken as a new sentence.
_OFTEN_LAST = frozenset({"inc", "ltd", "corp", "co", "plc", "etc", "jr", "sr"})

_STOP = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s)""")
_WORD_BEFORE = re.compile(r"[\w.&’'-]*$")
_OPENS = re.compile(r"""\s+["'“‘«(\[—–-]*\s*(\S)""")


def is_abbreviation(word: str) -> bool:
    """Whether a stop behind the word (without it) seldom ends a sentence."""
    return word.lower().strip("'’-.") in _ABBREVIATIONS


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Half-open offsets of the sentences of text[start:end], without the white space between them.

    A stop before a small letter or a comma ends nothing, so "earlier this year. this. For" is two sentences and
    "in Taiwan. , Japan" is one.
    """
    end = len(text) if end is None else end
    begun = start
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and _ends_sentence(text, stop):
            yield from _trimmed(text, begun, stop.end())
            begun = stop.end()
    yield from _trimmed(text, begun, end)


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    following = _OPENS.match(text, stop.end())
    if following is None:
        return True
    opening = following.group(1)
    if not (opening.isupper() or opening.isdigit() or opening in "€$£•"):
        # Scripts without capitals: any letter may begin a sentence there.
        return opening.isalpha() and not opening.islower()
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return True
    found = _WORD_BEFORE.search(text, max(0, stop.start() - 40), stop.start())
    word = (found.group() if found else "").lower().strip("'’-.")
    if "." in word or (len(word) == 1 and word.isalpha()):
        # Initials and acronyms (J. Smith, U.S. President): only a clear opener starts a new sentence.
        return _is_opener(text, following.start(1))
    return word not in _ABBREVIATIONS or word in _OFTEN_LAST


_OPENERS = re.compile(
    r"(?:The|A|An|In|On|At|He|She|It|They|We|But|And|This|That|These|Those|For|If|As|When|While|After|Before|However|"
    r"Meanwhile|His|Her|Their|There|Some|Many|Most|No|Not|With|From|By|To|Its|Both|Also|Last)\b"
)


def _is_opener(text: str, at: int) -> bool:
    return _OPENERS.match(text, at) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if start < end:
        yield start, end
