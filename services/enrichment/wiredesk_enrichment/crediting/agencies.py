"""Source and copyright lines: "Source: Northwire", "© 2026 Northwire. All rights reserved."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wiredesk_enrichment.crediting.credit import Credit
from wiredesk_enrichment.lines import Span

_SOURCE = re.compile(r"[(\[]?(?:sources?|quellen?|fuentes?|fonti?|fontes?|bron(?:nen)?)\s*[:：]\s*(?P<name>[^\s()\[\]][^\n()\[\]]{0,79}?)[.)\]]*\s*$", re.IGNORECASE)  # fmt: skip
_YEARS = r"\d{4}(?:\s?[-–]\s?\d{4})?"
_COPYRIGHT = re.compile(
    rf"[(\[]?(?:(?i:copyright)\s*(?:©|\([cC]\))|©|\([cC]\)|(?i:copyright)(?=\s+(?:by\b|\d{{4}})))\s*"
    rf"(?:by\s+)?(?:{_YEARS},?\s+)?(?:by\s+)?"
    rf"(?P<name>[^\W\d_a-zß-ÿ][^\n.,;|()]{{1,59}}?)(?:,?\s+{_YEARS})?\s*(?:$|[.,;|)])"
)
_FINAL_WORDS = re.compile(r"\s+(?:all rights reserved|alle rechte vorbehalten|tous droits réservés)$", re.IGNORECASE)
MOST_WORDS = 8


def source_in(body: str, line: Span) -> Iterator[Credit]:
    """The one whom a line that says nothing else names as the source."""
    found = _SOURCE.match(body, *line)
    if found and found["name"].count(" ") < MOST_WORDS:
        yield Credit(*found.span("name"), "source", 0.9)


def copyright_in(body: str, line: Span) -> Iterator[Credit]:
    """The holder whom a copyright line names."""
    found = _COPYRIGHT.match(body, *line)
    if found:
        name = _FINAL_WORDS.sub("", found["name"]).rstrip()
        if name.count(" ") < MOST_WORDS:
            yield Credit(found.start("name"), found.start("name") + len(name), "copyright", 0.9)
