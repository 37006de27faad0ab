"""A capital may stand for the government that sits there: "Moscow said", "pressure on Pyongyang"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wiredesk_enrichment.naming.mentions import Mention

_DEEDS = (
    r"(?:accus|agree|announc|argu|ask|back|blam|call|claim|condemn|confirm|criticis|criticiz|cut|declar|demand|deni|deny|"
    r"dismiss|expel|expell|fear|impos|insist|offer|oppos|order|pledg|polic|promis|protest|reaffirm|recall|recogni[sz]|refus|"
    r"reject|respond|sanction|say|see|seek|send|sign|support|suspend|threaten|urg|veto|vow|want|warn|welcom)(?:e|ed|es|s|ing|led|d)?"
)
_ACTS = re.compile(
    rf"\s+(?:(?:has|had|have|will|would|may|might|could|can|is|was|does|did|also|now|not|never|again|already|later|\w+ly)\s+){{0,3}}"
    rf"(?:(?:is|was|plans|hopes|means|wants) to|said|says|told|sought|sent|saw|made|gave|took|{_DEEDS})\b"
)
_HOLDS = re.compile(
    r"['’]s?\s+(?:\w+\s+){0,2}(?:allies|ally|ambassador|army|claim|claims|decision|demands?|diplomats?|envoys?|forces|foreign|"
    r"government|invasion|military|officials|policy|position|proposals?|recognition|refusal|response|stance|support|troops|war)\b"
)
_DEALT_WITH = re.compile(
    r"\b(?:(?:relations|ties|talks|deal|treaty|links|alliance|negotiations|friction|tensions) (?:between|with)|"
    r"(?:pressure|sanctions|embargo|tariffs) (?:imposed )?(?:on|against)|proposals? from|support (?:from|for))\s$"
)


def stands_for_government(text: str, mentions: Iterable[Mention]) -> bool:
    """Whether a story uses a capital's name for its government, in one of the mentions at least."""
    return any(_is_government(text, mention) for mention in mentions)


def _is_government(text: str, mention: Mention) -> bool:
    before, after = text[max(0, mention.start - 60) : mention.start], text[mention.end : mention.end + 60]
    if _DEALT_WITH.search(before) or _HOLDS.match(after):
        return True
    is_place = re.search(r"\b(?:in|at|near|from|to|outside|around|of|for|through|toward|towards)\s$", before)
    return is_place is None and _ACTS.match(after) is not None
