"""Countries and capitals in stories of other languages, found by their names there: no model reads those."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.mentions import Mention, Sought, find_again

_NAME_GOES_ON = re.compile(r"[^\S\n]+[^\W\d_a-zß-ÿ]\w*")
_NAME_GOES_BEFORE = re.compile(r"(?<![.!?:;»”\"])[^\S\n][^\W\d_a-zß-ÿ][\w’'-]+[^\S\n]+$")


def places_abroad(text: str, code: str, knowledge: Knowledge) -> dict[Thing, list[Mention]]:
    """The countries and capitals that a text of that language names, each with its mentions in text order."""
    named = knowledge.abroad.get(code, {})
    found: dict[Thing, list[Mention]] = defaultdict(list)
    for mention in find_again(text, (), _sought(code, knowledge)):
        thing = named[mention.text]
        if thing.certain or not _is_part(text, mention, code):
            found[thing].append(mention)
    return dict(found)


@cache
def _sought(code: str, knowledge: Knowledge) -> Sought:
    named: Mapping[str, Thing] = knowledge.abroad.get(code, {})
    return Sought((name, "LOC") for name in named)


def _is_part(text: str, mention: Mention, code: str) -> bool:
    """Whether a city's name is part of a longer one: "Paris Saint-Germain", "Jack London". German nouns tell nothing before it."""
    if _NAME_GOES_ON.match(text, mention.end):
        return True
    return code != "de" and _NAME_GOES_BEFORE.search(text[max(0, mention.start - 40) : mention.start]) is not None
