"""Who said what: quotes with their speakers, and what people are reported to have said in the reporter's words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wiredesk_enrichment.naming.dateline import find_dateline
from wiredesk_enrichment.quoting.flow import Paragraph, Saying, paragraphs_of, sayings
from wiredesk_enrichment.quoting.grammar import Grammar
from wiredesk_enrichment.quoting.languages import VERBS, sayings_in
from wiredesk_enrichment.quoting.speakers import Cast, Speaker
from wiredesk_enrichment.quoting.statements import Statement, statements
from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

READ_LIMIT = 100_000
"""Characters of a story that are searched for speech."""
STORIES = 32
"""Of a batch whose paragraphs are kept until they are parsed."""


def find_quotes(story: Story, models: Models) -> Values:
    """`quotes` (words between marks) and `statements` (indirect speech), in text order, each with its speaker.

    A speaker's offsets are those of the words that name him there, a pronoun or a description as well; `entity_id` and
    `name` tell whom they stand for. Quotes over several paragraphs are one a paragraph, of the same speaker.
    """
    code, grammar = story.values["language"]["code"], models.grammar
    if grammar is not None and code == grammar.language:
        return _parsed(story, models, grammar)
    if code not in VERBS:
        raise Skipped(f"no speech is read in {code}")
    return _by_patterns(story, code)


def _parsed(story: Story, models: Models, grammar: Grammar) -> Values:
    paragraphs = read(story.text, story.values["blocks"], grammar, _begun(story.text, models))
    quoted = [stretch for paragraph in paragraphs for stretch in paragraph.quoted]
    spans = [(block["start"], block["end"]) for block in story.values["blocks"]]
    begun = _begun(story.text, models)
    cast = Cast(story.text, story.values.get("entities", ()), spans, quoted)
    return {
        "quotes": [_quote(story.text, saying, cast, begun) for saying in sayings(story.text, paragraphs)],
        "statements": [
            _statement(story.text, statement, cast, begun)
            for paragraph in paragraphs
            for statement in statements(story.text, paragraph, begun)
        ],
    }


def _by_patterns(story: Story, code: str) -> Values:
    """Quotes where nothing is parsed: the statements stay unread."""
    spans = [
        (block["start"], block["end"])
        for block in story.values["blocks"]
        if block["kind"] == "paragraph" and block["start"] < READ_LIMIT
    ]
    told = sayings_in(code, story.text, spans)
    cast = Cast(story.text, story.values.get("entities", ()), spans, [saying.stretch for saying in told])
    return {"quotes": [_quote(story.text, saying, cast) for saying in told], "statements": []}


def _begun(text: str, models: Models) -> int:
    """Where a story begins behind its dateline: a place there says nothing."""
    dateline = find_dateline(text, models.knowledge)
    return dateline.over if dateline and dateline.places else 0


def read(text: str, blocks: Sequence[dict[str, Any]], grammar: Grammar, begun: int = 0) -> list[Paragraph]:
    """The paragraphs of a story, parsed where somebody may be speaking; headings quote nobody, nor a dateline before `begun`."""
    paragraphs = _unparsed(text, blocks, begun)
    parses = iter(grammar.parse([one.frame.text for one in paragraphs if one.frame.text]))
    return [one.parsed(next(parses)) if one.frame.text else one for one in paragraphs]


def to_parse(story: Story, models: Models) -> list[str]:
    """What `read` will ask the grammar for."""
    if models.grammar is None or story.values["language"]["code"] != models.grammar.language:
        return []
    paragraphs = _unparsed(story.text, story.values["blocks"], _begun(story.text, models))
    return [one.frame.text for one in paragraphs if one.frame.text]


def _unparsed(text: str, blocks: Sequence[dict[str, Any]], begun: int) -> Sequence[Paragraph]:
    spans = [
        (
            begun if block["start"] < begun < block["end"] and text[:begun].rstrip().endswith(":") else block["start"],
            block["end"],
        )
        for block in blocks
        if block["kind"] == "paragraph" and block["start"] < READ_LIMIT
    ]
    return _paragraphs(text, tuple(spans))


@lru_cache(maxsize=STORIES)
def _paragraphs(text: str, spans: tuple[tuple[int, int], ...]) -> Sequence[Paragraph]:
    """Kept, since a story is asked first what it will have parsed and then what is said in it."""
    return tuple(paragraphs_of(text, spans))


def _quote(text: str, saying: Saying, cast: Cast, begun: int = 0) -> dict[str, Any]:
    speaker = None
    if saying.speaker and saying.head and saying.head[0] >= begun:
        speaker = cast.speaker(saying.speaker, saying.head, saying.cue)
    told = {
        "speaker": _named(text, speaker),
        "cue": _span(text, *saying.cue) if saying.cue else None,
        "score": saying.score,
    }
    return _span(text, saying.stretch.start, saying.stretch.end) | told


def _statement(text: str, statement: Statement, cast: Cast, begun: int) -> dict[str, Any]:
    cue = statement.cue
    place = (cue.start, cue.end)
    speaker = cast.speaker(cue.phrase, cue.head, place) if cue.phrase and cue.head and cue.head[0] >= begun else None
    told = {"speaker": _named(text, speaker), "cue": _span(text, *place), "score": statement.score}
    return _span(text, statement.start, statement.end) | told


def _span(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}


def _named(text: str, speaker: Speaker | None) -> dict[str, Any] | None:
    if speaker is None:
        return None
    return _span(text, speaker.start, speaker.end) | {"entity_id": speaker.entity_id, "name": speaker.name}


def _model(models: Models) -> str:
    return f"{models.grammar.model}; patterns for other languages" if models.grammar else "patterns"


QUOTES = Enricher(
    "quotes",
    8,
    frozenset({"blocks", "language"}),
    find_quotes,
    model=_model,
    parses=to_parse,
    uses=frozenset({"text", "blocks", "language", "entities"}),
)
