"""Countries and capitals in stories of other languages, found by their names there: no model reads those."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.mentions import Mention, Sought, find_again

_NAME_GOES_ON = re.compile(r"[^\S\n]+[^\W\d_a-zß-ÿ]\w*")
_NAME_GOES_BEFORE = re.compile(r"(?<![.!?:;»”\"])[^\S\n](?:\w['’])?[^\W\d_a-zß-ÿ][\w’'-]+[^\S\n]+$")


def places_abroad(text: str, code: str, knowledge: Knowledge) -> dict[Thing, list[Mention]]:
    """The countries and capitals that a text of that language names, each with its mentions in text order."""
    named = knowledge.abroad.get(code, {})
    found: dict[Thing, list[Mention]] = defaultdict(list)
    for mention in find_again(text, (), _sought(code, knowledge)):
        thing = named[mention.text]
        if not _is_surname(text, mention, code) and (thing.certain or not _NAME_GOES_ON.match(text, mention.end)):
            found[thing].append(mention)
    return dict(found)


@cache
def _sought(code: str, knowledge: Knowledge) -> Sought:
    named: Mapping[str, Thing] = knowledge.abroad.get(code, {})
    return Sought((name, "LOC") for name in named)


def _is_surname(text: str, mention: Mention, code: str) -> bool:
    """Whether a name before it makes it part of a longer one: "Jack London", "Luís Montenegro". German nouns tell nothing."""
    return code != "de" and _NAME_GOES_BEFORE.search(text[max(0, mention.start - 40) : mention.start]) is not None
