"""Quotes in German, French, Spanish, Italian, Dutch and Portuguese: by marks, verbs of saying and the names beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from wiredesk_enrichment.quoting.attach import is_complete
from wiredesk_enrichment.quoting.flow import ON_ITS_OWN, Saying
from wiredesk_enrichment.quoting.marks import Stretch, marks_of, stretches

VERBS: dict[str, str] = {
    "de": "sagte|sagten|sagt|erklärte|erklärten|erklärt|betonte|meinte|berichtete|kritisierte|warnte|forderte|fügte|teilte|"
    "schrieb|nannte|äußerte|antwortete|fragte|rief|behauptete|versprach|bezeichnete",
    "fr": "a déclaré|ont déclaré|a dit|ont dit|a affirmé|a expliqué|a ajouté|a estimé|a indiqué|a souligné|a assuré|a lancé|"
    "a annoncé|a averti|a regretté|a écrit|déclare|affirme|explique|ajoute|estime|souligne|assure|dit|écrit|"
    "a-t-(?:il|elle) (?:déclaré|dit|affirmé|expliqué|ajouté|estimé|indiqué|souligné|assuré|lancé|averti)",
    "es": "dijo|dijeron|dice|afirmó|afirmaron|declaró|aseguró|explicó|señaló|añadió|agregó|advirtió|indicó|sostuvo|subrayó|"
    "manifestó|destacó|escribió|preguntó|respondió|denunció|comentó|apuntó",
    "it": "ha detto|hanno detto|ha dichiarato|ha affermato|ha spiegato|ha aggiunto|ha sottolineato|ha scritto|ha avvertito|"
    "afferma|spiega|aggiunge|sottolinea|dichiara|dice|disse",
    "nl": "zei|zeiden|zegt|zeggen|verklaarde|vertelde|schreef|benadrukte|waarschuwde|stelde|voegde|liet|vroeg|antwoordde|"
    "noemde|vindt|aldus",
    "pt": "disse|disseram|diz|afirmou|afirmaram|declarou|explicou|acrescentou|destacou|ressaltou|alertou|escreveu|"
    "garantiu|informou|respondeu|perguntou|comentou",
}
"""Forms of the verbs with which reports name a speaker."""
ACCORDING = {
    "de": "laut|nach Angaben von|so", "fr": "selon|d['’]après|pour", "es": "según", "it": "secondo", "nl": "volgens",
    "pt": "segundo|de acordo com|conforme",
}  # fmt: skip
PRONOUNS = {"de": "er|sie", "fr": "il|elle", "es": "él|ella", "it": "lui|lei", "nl": "hij|zij|ze", "pt": "ele|ela"}

REACH = 140
"""Characters of a sentence in which the verb and the name have to stand."""
_PART = r"[^\W\d_a-zß-ÿ][\w'’-]*(?:\.\w+)*"
_LINK = r"(?:von|van|de|der|den|del|della|di|da|la|le|dos|du|zu)"
_WHOLE = rf"{_PART}(?:[^\S\n]+(?:{_LINK}[^\S\n]+)*{_PART}){{0,4}}"
_WORDS = re.compile(r"\w+")
_SENTENCE_BEFORE = re.compile(r"(?:[.!?]\s|\n)")


@dataclass(frozen=True, slots=True)
class _Patterns:
    behind: tuple[re.Pattern[str], ...]
    before: tuple[re.Pattern[str], ...]


@cache
def _patterns(code: str) -> _Patterns:
    verbs, according, pronouns = VERBS[code], ACCORDING[code], PRONOUNS[code]
    name = rf"(?P<name>(?!(?i:{pronouns})\b){_WHOLE}|\b(?i:{pronouns})\b)"
    small = r"(?:[a-zà-ÿ'’][\w'’-]*[^\S\n]+){0,6}?"
    cue = rf"\b(?P<cue>{verbs})\b"
    return _Patterns(
        behind=(
            re.compile(rf"\s*,?\s*{cue}\s*,?\s+{small}{name}"),
            re.compile(rf"\s*,?\s*{small}{name}(?:,[^,.\n]{{1,80}},)?\s+(?:\w+\s+)?{cue}"),
            re.compile(rf"\s*,?\s*\b(?P<cue>(?i:{according}))\s+{small}{name}"),
            re.compile(r"\s*,?\s*\b(?P<cue>a-t-(?P<name>il|elle) \w+)"),
        ),
        before=(
            re.compile(rf"{name}(?:,[^,.\n]{{1,80}},)?\s+(?:\w+\s+){{0,2}}?{cue}[^.!?\n]{{0,80}}$"),
            re.compile(rf"\b(?P<cue>(?i:{according}))\s+{small}{name}[^.!?\n]{{0,80}}$"),
            re.compile(rf"{cue}\s+{small}{name}[^.!?\n]{{0,60}}$"),
        ),
    )


def sayings_in(code: str, text: str, paragraphs: Sequence[tuple[int, int]]) -> list[Saying]:
    """The quotes of a story in one of VERBS, with the names or pronouns that stand beside the verb."""
    told: list[Saying] = []
    last: Saying | None = None
    marks = marks_of(text, paragraphs)
    for start, end in paragraphs:
        direct = [_told(code, text, stretch, start, end) for stretch in stretches(text, start, end, marks)]
        for number, saying in enumerate(direct):
            settled = saying
            if saying.speaker is None and is_complete(text, saying.stretch):
                beside = [one for one in (*reversed(direct[:number]), *direct[number + 1 :]) if one.speaker]
                settled = _like(saying, beside[0] if beside else last)
            if settled.speaker or (is_complete(text, saying.stretch) and _count(text, saying.stretch) > ON_ITS_OWN):
                told.append(settled)
            last = settled if settled.speaker else last
    return told


def _told(code: str, text: str, stretch: Stretch, start: int, end: int) -> Saying:
    """By the words behind the stretch, else by those before it in its sentence."""
    patterns = _patterns(code)
    stop = min(end, stretch.closed + REACH)
    for pattern in patterns.behind:
        if found := pattern.match(text, stretch.closed, stop):
            return Saying(stretch, found.span("name"), found.span("name"), found.span("cue"), 0.8)
    begun = max(start, stretch.opened - REACH)
    begun = max([begun, *(stop.end() for stop in _SENTENCE_BEFORE.finditer(text, begun, stretch.opened))])
    for pattern in patterns.before:
        if found := pattern.search(text, begun, stretch.opened):
            return Saying(stretch, found.span("name"), found.span("name"), found.span("cue"), 0.7)
    return Saying(stretch)


def _like(saying: Saying, other: Saying | None) -> Saying:
    return replace(saying, speaker=other.speaker, head=other.head, cue=other.cue, score=0.6) if other else saying


def _count(text: str, stretch: Stretch) -> int:
    return len(_WORDS.findall(text[stretch.start : stretch.end]))
