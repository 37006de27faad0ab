"""Where the story says it has its facts from: outlets that were told or that reported, sources named and unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

_PART = r"(?:(?:[^\W\d_a-zß-ÿ]\.){2,}|[^\W\d_a-zß-ÿ][\w&’'-]*(?:\.\w+)*)"
_NAME = rf"(?:{_PART}(?:[^\S\n]+(?:(?:of|de|di|da|the|and|&)[^\S\n]+)?{_PART}){{0,4}})"
_ARTICLE = r"(?:the\s+|its\s+|state\s+|local\s+|private\s+)*(?:(?:broadcaster|newspaper|daily|weekly|agency|news agency|website|magazine|channel|channels|tabloid|network)\s+)?"
_MEDIUM = re.compile(
    r"(?:\b(?:News|TV|Television|Radio|Times|Post|Herald|Tribune|Gazette|Journal|Mail|Telegraph|Guardian|Observer|Chronicle|"
    r"Broadcasting|Press|Agency|Daily|Weekly|Magazine|Today|Media|Network|Zeitung|Monde|Figaro|Pais|País|Spiegel|Agence|Wire)\b|"
    r"(?:wire|press|news|vision)$)"
)
_SHORT_NAMES = (
    "AP AFP Reuters Bloomberg BBC CNN DW DPA dpa EFE ANSA TASS Tass Xinhua Kyodo Yonhap Interfax RIA CNBC MSNBC NBC CBS ABC NPR "
    "PBS ITV ARD ZDF RTE RTÉ CBC Sky Axios Politico Anadolu PTI ANI IRNA KCNA Tanjug BelTA Ukrinform UPI"
)
_AGENCIES = frozenset(_SHORT_NAMES.split())
_UNNAMED = (
    (" media ", re.compile(
        r"\b(?P<who>(?:(?:[Ll]ocal|[Ss]tate|state-run|official|domestic|foreign|social|[A-Z]\w+(?:an|ese|ish)) )?media) (?:have )?(?:reported|reports said|said)\b"
    )),
    (" with", re.compile(
        r"\b(?P<who>(?:[Ss]ources?|[Oo]fficials?|[Pp]eople|[Pp]ersons?) (?:familiar with|briefed on|with (?:direct )?knowledge of) (?:the |that )?\w+)"
    )),
    (" anonymity", re.compile(r"(?P<who>\bon (?:the )?condition of anonymity)\b")),
    (" not to be ", re.compile(r"(?P<who>\b(?:asked|asking|wished|wishing) not to be (?:named|identified))\b")),
)  # fmt: skip
"""Sources without a name; each is looked for only where a text has the words that it cannot do without."""
_PATTERNS = (
    ("told", re.compile(rf"\b(?:[Tt]old|[Tt]elling|[Tt]ells)\s+{_ARTICLE}(?P<name>{_NAME})")),
    ("interview", re.compile(
        rf"\b(?:interview|conversation|speaking)\s+(?:\w+\s+){{0,2}}?(?:with|to|by|on|in|for|published by|broadcast (?:by|on)|aired (?:by|on))\s+{_ARTICLE}(?P<name>{_NAME})"
    )),
    ("reported", re.compile(rf"\b(?:reported|quoted|cited|carried|published|broadcast|seen|obtained|reviewed)\s+by\s+{_ARTICLE}(?P<name>{_NAME})")),
    ("according", re.compile(rf"\b[Aa]ccording to\s+(?:[a-z][\w'’-]*\s+(?:(?:from|by|in|of|on)\s+)?){{0,4}}?(?P<name>{_NAME})")),
)  # fmt: skip
_REPORTED = re.compile(r"\b(?:reported|reports|quoted|cited)\b")
_WHO_REPORTED = re.compile(
    rf"\b(?P<name>{_NAME})(?:\s+(?:news agency|newspaper|television))?\s+(?:(?:has|had|first|also|earlier)\s+){{0,2}}$"
)
REACH = 90
"""Characters before "reported" in which an outlet's name may begin."""


@dataclass(frozen=True, slots=True)
class _Credit:
    start: int
    end: int
    role: str
    how: str
    entity_id: str | None
    score: float


def find_attribution(story: Story, _models: Models) -> Values:
    """`attribution`: outlets (told, interview, reported, according) and other sources, each once for every place."""
    if story.values["language"]["code"] != "en":
        raise Skipped(f"no sources are read in {story.values['language']['code']}")
    ids = _ids(story.values.get("entities", ()))
    found = sorted({credit.start: credit for credit in _credits(story.text, ids)}.values(), key=lambda one: one.start)
    return {
        "attribution": [
            {
                "start": one.start, "end": one.end, "text": story.text[one.start : one.end], "role": one.role, "how": one.how,
                "entity_id": one.entity_id, "score": one.score,
            }
            for one in found
        ]
    }  # fmt: skip


def _ids(entities: Iterable[Mapping[str, Any]]) -> dict[int, tuple[int, str, str]]:
    """Where each mention starts: its end, the kind and id of its entity."""
    return {m["start"]: (m["end"], entity["type"], entity["id"]) for entity in entities for m in entity["mentions"]}


def _credits(text: str, ids: Mapping[int, tuple[int, str, str]]) -> Iterator[_Credit]:
    for words, pattern in _UNNAMED:
        for unnamed in pattern.finditer(text) if words in text else ():
            yield _Credit(*unnamed.span("who"), "unnamed", "reported" if words == " media " else "unnamed", None, 0.8)
    for verb in _REPORTED.finditer(text):
        who = _WHO_REPORTED.search(text, max(0, verb.start() - REACH), verb.start())
        if who and (credit := _credit(text, *who.span("name"), "reported", ids)):
            yield credit
    for how, pattern in _PATTERNS:
        for told in pattern.finditer(text):
            credit = _credit(text, *told.span("name"), how, ids)
            if credit:
                yield credit


def _credit(text: str, start: int, end: int, how: str, ids: Mapping[int, tuple[int, str, str]]) -> _Credit | None:
    """A name in its place, if it is an outlet's; whom a story goes by ("according to") may be any body or person."""
    mention_end, kind, entity_id = ids.get(start, (None, None, None))
    if mention_end:
        end = mention_end
    name = re.sub(r"['’]s?$", "", text[start:end].rstrip(".,"))
    end = start + len(name)
    is_outlet = kind not in ("PER", "NORP") and (name in _AGENCIES or _MEDIUM.search(name) is not None)
    if is_outlet or (how in ("told", "interview") and kind == "ORG"):
        return _Credit(start, end, "outlet", how, entity_id, 0.9 if is_outlet else 0.7)
    if how == "according" and kind in ("ORG", "PER"):
        return _Credit(start, end, "source", how, entity_id, 0.8)
    return None


ATTRIBUTION = Enricher(
    "attribution", 1, frozenset({"language"}), find_attribution, uses=frozenset({"text", "language", "entities"})
)
