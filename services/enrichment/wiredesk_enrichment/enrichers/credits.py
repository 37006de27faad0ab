"""Who wrote, edited and sent a story, told from its own lines where the wire has no field for it.

By-lines, datelines, sign-offs ("(Reporting by …; Editing by …)"), source and copyright lines. The item stays as it
came: where it has the field, the copy is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from wiredesk_enrichment.crediting.agencies import copyright_in, source_in
from wiredesk_enrichment.crediting.bylines import byline_in, signed_in
from wiredesk_enrichment.crediting.credit import Credit
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.lines import Span, paragraphs_of
from wiredesk_enrichment.naming.dateline import find_dateline
from wiredesk_enrichment.story import Enricher, Models, Story, Values

HEAD, TAIL = 4, 6
"""Lines at the top among which a by-line may stand; lines at the end among which sign-offs and sources may."""
LONGEST = 400
"""Characters; a longer line is story."""


def find_credits(story: Story, models: Models) -> Values:
    """`credits` in the body's order: byline, editing, dateline, agency, source, copyright; offsets into the body."""
    body, item = story.item.body_text, story.item
    code = story.values["language"]["code"]
    lines = [line for paragraph in paragraphs_of(body) for line in paragraph if line[1] - line[0] <= LONGEST]
    found = [*_signed(body, lines, code, models.knowledge), *_placed(body, models.knowledge), *_sent(body, lines)]
    stated = {
        "byline": item.byline, "dateline": item.dateline, "agency": item.source, "source": item.source,
        "copyright": item.copyright_holder or item.copyright_notice,
    }  # fmt: skip
    told = sorted({one.start: one for one in found if not stated.get(one.role)}.values(), key=lambda one: one.start)
    return {
        "credits": [
            {
                "role": one.role,
                "start": one.start,
                "end": one.end,
                "text": body[one.start : one.end],
                "score": one.score,
            }
            for one in told
        ]
    }


def _signed(body: str, lines: list[Span], code: str, knowledge: Knowledge) -> Iterator[Credit]:
    """By-lines at the top, the first of them alone; those who sign at the end."""
    headed = (list(byline_in(body, line, code, knowledge)) for line in lines[:HEAD])
    yield from next((writers for writers in headed if writers), [])
    for line in lines[-TAIL:]:
        yield from signed_in(body, line, knowledge)


def _placed(body: str, knowledge: Knowledge) -> Iterator[Credit]:
    dateline = find_dateline(body, knowledge)
    if dateline is not None and dateline.places:
        yield Credit(*dateline.told, "dateline", 0.9)
        if dateline.agency is not None:
            yield Credit(*dateline.agency, "agency", 0.8)


def _sent(body: str, lines: list[Span]) -> Iterator[Credit]:
    for line in lines[-TAIL:]:
        yield from source_in(body, line)
        yield from copyright_in(body, line)


CREDITS = Enricher(
    "credits",
    1,
    frozenset({"language"}),
    find_credits,
    uses=frozenset(
        {"language", "item.body_text", "item.byline", "item.dateline", "item.source",
         "item.copyright_holder", "item.copyright_notice"}
    ),
)  # fmt: skip
