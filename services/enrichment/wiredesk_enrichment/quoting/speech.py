"""Verbs of saying, in the forms that reports use, and what tells speech besides them."""

from __future__ import annotations

import re

_REGULAR = (
    "accept accuse acknowledge add admit advise affirm agree allege allow announce answer apologize apologise argue ask "
    "assert assure attest bellow bemoan boast brag caution charge chide claim clarify comment complain concede conclude "
    "condemn confess confide confirm contend continue counter criticize criticise cry decry declare demand denounce deny "
    "deride describe dismiss disclose dub elaborate emphasize emphasise estimate exclaim explain express fear gush hail "
    "highlight hint inform insist interject joke label lambast lament laugh maintain mention mock muse note observe offer "
    "opine order plead pledge point post praise predict proclaim promise propose quip quote react reason recall reckon "
    "recommend recount reflect refer reiterate relate remark remember remind repeat reply report request respond retort "
    "reveal scoff scream shout sigh signal snap specify speculate state stress suggest summarize summarise surmise testify "
    "threaten thunder tout tweet urge venture volunteer vow wail warn whisper wonder worry yell characterize characterise "
    "portray brand call slam blast rip bash attack chant cite slur ridicule tease address applaud chastise commend compare laud "
    "lambaste liken rebuke welcome"
)
_IRREGULAR = {
    "say": "says said saying", "tell": "tells told telling", "write": "writes wrote written writing",
    "think": "thinks thought thinking", "feel": "feels felt feeling", "read": "reads read reading",
    "sing": "sings sang sung singing", "swear": "swears swore sworn swearing", "speak": "speaks spoke spoken speaking",
    "believe": "believes believed believing",
    "hope": "hopes hoped hoping",
    "quote": "quotes quoted quoting",
}  # fmt: skip
_ONLY_WITH_QUOTES = (
    "continue speak feel think attack charge signal point post order address accept offer allow "
    "reflect relate express laugh react believe hope fear read applaud chastise commend compare laud lambaste liken rebuke welcome"
)
_WEAK = frozenset(_ONLY_WITH_QUOTES.split())
"""These tell of speech only where a quote hangs on them."""


def _forms(verb: str) -> set[str]:
    """A regular verb's forms in reports."""
    if verb.endswith("e"):
        return {verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"}
    if verb.endswith("y") and verb[-2] not in "aeo":
        return {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"}
    doubled = verb + verb[-1] if verb in _DOUBLED else verb
    return {verb, verb + ("es" if verb.endswith(("s", "sh", "ch")) else "s"), f"{doubled}ed", f"{doubled}ing"}


_DOUBLED = frozenset({"admit", "quip", "snap", "refer", "dub", "brag", "rip", "chat", "slam", "slur"})

SPEECH: dict[str, str] = {form: verb for verb in _REGULAR.split() for form in _forms(verb)}
SPEECH |= {form: verb for verb, forms in _IRREGULAR.items() for form in (verb, *forms.split())}
"""Every form with its verb."""

STRONG = frozenset(form for form, verb in SPEECH.items() if verb not in _WEAK)
"""Forms that tell of speech wherever they stand as a verb."""

SAID_WORDS = "|".join(
    sorted(form for form in STRONG if form.endswith(("ed", "s")) or form in ("said", "told", "wrote", "sang", "swore"))
)
"""The forms in which a report names who spoke behind a quote, as a pattern."""

_LETTERS = re.compile(r"[a-z]+")
_ALSO_NOUNS = "call calls charge charges report reports state states request requests order orders address addresses"
_TELLING = STRONG.difference(_ALSO_NOUNS.split()) | {"according"}


def may_tell(sentence: str) -> bool:
    """Whether a sentence may tell what somebody said."""
    return not _TELLING.isdisjoint(_LETTERS.findall(sentence.lower()))
