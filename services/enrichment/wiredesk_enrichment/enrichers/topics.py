"""Topics: the wire's own subject codes as IPTC Media Topics, with the broader topics above them.

Nothing is guessed from the text: a wire without codes or names that the vocabulary has gets no topics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wiredesk_core.item import Subject

from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

STATED = 1.0
"""The wire gives the Media Topic itself."""
NAMED = 0.8
"""The wire gives another scheme's subject with a Media Topic's name."""
ROOT = 0.9
"""The wire gives an IPTC Subject Code: its first two digits are those of a Media Topic at the top."""

_OF_IPTC = re.compile(r"medtop|mediatopic|subj|subref|iptc", re.IGNORECASE)
_CODE = re.compile(r"(?:medtop:|subj:)?(\d{8})(?::\w+)?")


@dataclass(frozen=True, slots=True)
class Told:
    """A topic that the wire tells of: its code, and how sure that is."""

    code: str
    score: float


def tell_topics(story: Story, models: Models) -> Values:
    """`topics`: those that the wire states, surest first, then the broader ones above them (`stated` is false)."""
    known = models.knowledge.topics
    told: dict[str, float] = {}
    for subject in story.item.subjects:
        for topic in _told(subject, models.knowledge):
            told[topic.code] = max(told.get(topic.code, 0.0), topic.score)
    if not told:
        raise Skipped("the wire has no IPTC subjects, and none is guessed")
    broader: dict[str, float] = {}
    for code, score in told.items():
        for above in _above(code, models.knowledge):
            broader[above] = max(broader.get(above, 0.0), score)
    rows = [(code, score, True) for code, score in sorted(told.items(), key=lambda one: -one[1])]
    rows += [(code, score, False) for code, score in broader.items() if code not in told]
    return {
        "topics": [
            {"code": code, "name": known[code].name, "score": score, "stated": is_stated}
            for code, score, is_stated in rows
        ]
    }


def _told(subject: Subject, knowledge: Knowledge) -> Iterator[Told]:
    """The Media Topic of a subject: by its code, else by its name, else the one at the top of its Subject Code."""
    code = _iptc_code(subject)
    if code and code in knowledge.topics:
        yield Told(code, STATED)
        return
    root = code[: len("medtop:") + 2] + "000000" if code else ""
    named = knowledge.topics_by_name.get((subject.name or "").casefold(), ())
    fitting = [one for one in named if not root or root in (one, *_above(one, knowledge))]
    if len(fitting) == 1:
        yield Told(fitting[0], NAMED)
    elif root in knowledge.topics:
        yield Told(root, ROOT)


def _iptc_code(subject: Subject) -> str:
    """`medtop:` and eight digits, where the subject's scheme is one of IPTC's or of a house that took over its codes."""
    found = _CODE.fullmatch(subject.code or "")
    is_iptc = _OF_IPTC.search(subject.scheme or "") or (subject.code or "").startswith(("medtop:", "subj:"))
    return f"medtop:{found.group(1)}" if found and is_iptc else ""


def _above(code: str, knowledge: Knowledge) -> Iterator[str]:
    """The broader topics of one, nearest first."""
    broader = knowledge.topics[code].broader
    while broader:
        yield broader
        broader = knowledge.topics[broader].broader


TOPICS = Enricher("topics", 1, frozenset(), tell_topics, uses=frozenset({"item.subjects"}))
