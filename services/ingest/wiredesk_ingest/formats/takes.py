"""Take lines: the words by which a wire without fields says that a message leads, adds to, corrects or kills a story.

They count only where desks write them: in the take line, the version of a slug, a note to editors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from wiredesk_core.item import ParseWarning
from wiredesk_core.moments import FAR_FUTURE

from wiredesk_ingest.formats.dates import embargo
from wiredesk_ingest.patterns import finds
from wiredesk_ingest.providers import Profile

KILL = "sig:kill"
CORRECTION = "sig:correction"
UPDATE = "sig:update"
TAKE = "sig:take"
ADVANCE = "sig:advance"
FLASH = "sig:flash"
URGENT = "sig:urgent"
WORDS = {
    KILL: "kill kills killed withdraw withdrawn withdrawal withdraws annule annulé annulée annulation anulación anulada "
    "anulado annullamento annullata storno stornierung rückruf zurückgezogen intrekking tilbagekaldt elimination",
    CORRECTION: "correct corrects corrected correcting correction corr correctif rectificatif corrigé corrección "
    "corregida correzione correção berichtigung berichtigt korrektur korrigiert correctie rettelse korrektion rättelse "
    "oikaisu",
    UPDATE: "ld lead leads writethru writethrough update updates updated sub subs zusammenfassung zsf actualización "
    "actualizada actualisation actualisé aktualisiert aggiornamento atualização samenvatting",
    TAKE: "take takes add adds insert inserts page prise toma teil",
    ADVANCE: "adv advance vorab avance",
    FLASH: "flash bulletin alert newsalert eil eilmeldung blitz",
    URGENT: "urgent urgente dringend",
}
"""Desk words of several languages; a provider's own stand in its profile."""
SIGNALS = {word: signal for signal, words in WORDS.items() for word in words.split()}
WORD = re.compile(r"[^\W\d_]+")
COUNTED = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?=(?:ld|lead|take|add|update)\b)", re.IGNORECASE)
_BEFORE_KILL = r"^\W*(?:(?:bulletin|mandatory|urgent|flash|eds|editors?)\W+)*"
_AFTER_KILL = r"(?:\W+mandatory\b.*|\s*[:(,/].*|\s+[-–—].*|\W*)$"
KILL_TAKE = re.compile(rf"{_BEFORE_KILL}(?:{WORDS[KILL].replace(' ', '|')}){_AFTER_KILL}", re.IGNORECASE)
"""`KILL`, `BULLETIN KILL: …`; but not `KILLS reference in 3rd paragraph`, which is a correction."""
KILL_LINE = re.compile(
    rf"(?i:{_BEFORE_KILL})KILL(?i:{_AFTER_KILL})|(?i:\bmandatory\s+kill\b|\bkill\s+mandatory\b|\bbulletin\s+kill\b)"
)
"""A kill in a line of free words, where `kill` alone may be news: in capitals, and set apart."""
CORRECTED = re.compile(
    r"^\W*(?:correction|corrected|correctif|rectificatif|corrección|correzione|correção|berichtigung|korrektur|correctie|"
    r"rettelse|korrektion|rättelse|oikaisu)\s*:",
    re.IGNORECASE,
)
"""A line to desks that says by its first word what follows: a correction."""
TO_DESKS = re.compile(r"^\W*(?:eds|editors?|note to editors)\b\W*", re.IGNORECASE)
SEALED = re.compile(
    r"^[^\w\n]*+(?:strictly\s+|under\s+|sous\s+|bajo\s+)?"
    r"(?:embargo(?:ed|ed\W+for|é|ada|ado)?|sperrfrist|hold\s+for\s+release|not\s+for\s+release)\b[ \t]*"
    r"(?:$|:|until\b|till\b|to\b|before\b|bis\b|jusqu|hasta\b|fino\b|tot\b)[^\w\n]*(.*)",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that begins so, where a headline would only speak of an embargo."""
CYCLE = re.compile(r"^(?:AM|PM|BC|AP)-+(?=\w)", re.IGNORECASE)
"""For morning papers, evening papers or both: no part of a slug."""
ADVANCE_DAY = re.compile(r"\badv(?:ance)?\W?(\d\d?)\b", re.IGNORECASE)


def signals_of(take: str, notes: str, profile: Profile) -> tuple[str, ...]:
    """What a take line and the notes beside it say, once each, kills first."""
    lines = notes.split("\n")
    found = {signal for signal in _said(take) if signal != KILL}
    found |= {signal for signal, own in _own(profile) if finds(own, f"{take}\n{notes}")}
    found |= {signal for line in lines for signal in _announced(line)}
    if any(KILL_TAKE.search(part) for part in (take, *take.split(","))) or any(
        KILL_LINE.search(line) for line in lines
    ):
        found.add(KILL)
    return tuple(signal for signal in WORDS if signal in found)


def without_cycle(slug: str) -> str:
    """A slug without the editions that it was meant for, `BC-Ferry` as `Ferry`."""
    return CYCLE.sub("", slug)


def is_take_line(line: str, profile: Profile) -> bool:
    """Whether a line above a headline is a take line: a few words, a desk word or a number among them, or in brackets."""
    line = line.strip()
    if len(line) > 60 or len(line.split()) > 6:
        return False
    bracketed = re.fullmatch(r"[(\[*].*[)\]*]", line) is not None
    capitals = line.isupper() and len(line.split()) <= 3
    return bracketed or capitals or any(finds(lines, line) for _, lines in _own(profile)) or _mostly_desk_words(line)


def sealed_until(
    notes: str, take: str, filed: datetime | None, zone: tzinfo
) -> tuple[datetime | None, tuple[ParseWarning, ...]]:
    """Until when notes or an advance say that the story is held; an end that cannot be read never comes by itself."""
    held = SEALED.search(f"{take}\n{notes}")
    if held:
        return embargo(held[1].strip(" ).<="), zone)
    advance = ADVANCE_DAY.search(take)
    if not advance:
        return None, ()
    return _advanced(int(advance[1]), filed, zone), (
        ParseWarning(code="advance_sealed", detail=f"{advance[0]}: kept shut until that day, 0:00 in {zone}"),
    )


def _advanced(day: int, filed: datetime | None, zone: tzinfo) -> datetime:
    """The first such day of a month from the filing on."""
    if filed is None or not 1 <= day <= 31:
        return FAR_FUTURE
    start = filed.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return next((at for at in (start + timedelta(days=n) for n in range(62)) if at.day == day), FAR_FUTURE)


def _said(take: str) -> Iterator[str]:
    spaced = COUNTED.sub(r"\1 ", take)
    return (SIGNALS[word.lower()] for word in WORD.findall(spaced) if word.lower() in SIGNALS)


def _announced(note: str) -> tuple[str, ...]:
    """What a note to desks says by its first word, in capitals: `Eds: CORRECTS spelling of name`."""
    if CORRECTED.match(note):
        return (CORRECTION,)
    addressed = TO_DESKS.match(note)
    first = WORD.match(note, addressed.end()) if addressed else None
    signal = SIGNALS.get(first[0].lower(), "") if first and first[0].isupper() else ""
    return (signal,) if signal in {CORRECTION, UPDATE} else ()


def _mostly_desk_words(line: str) -> bool:
    words = [word.lower() for word in WORD.findall(COUNTED.sub(r"\1 ", line))]
    told = sum(word in SIGNALS or word in {"st", "nd", "rd", "th"} for word in words)
    return bool(words) and told * 2 >= len(words)


def _own(profile: Profile) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ((KILL, profile.kill_lines), (CORRECTION, profile.correction_lines))
