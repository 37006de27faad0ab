"""Language of the story as a whole."""

from __future__ import annotations

from collections import Counter

from wiredesk_enrichment.lines import extent, paragraphs_of
from wiredesk_enrichment.story import Enricher, Guess, Models, Skipped, Story, Values

ENOUGH = 300
"""Characters; a shorter text is helped by its headline."""
FEW_LETTERS = 100
"""A text with fewer letters says little: against the wire's own word the identifier has to be sure."""
SURE = 0.8
MIXED = 3
"""Paragraphs from which a text can be in several languages."""
DOUBTFUL = 0.4
"""Below this confidence the wire's own word counts, however long the text is."""


def tell_language(story: Story, models: Models) -> Values:
    """The identifier's answer for the text; the wire's own where the text is too short to tell."""
    sample = story.text if len(story.text) >= ENOUGH else f"{story.text} {story.item.headline}"
    stated = (story.item.language or "").split("-")[0].split("_")[0].lower()
    letters = sum(character.isalpha() for character in sample[:ENOUGH])
    if letters == 0 and not stated:
        raise Skipped("the text has no letters")
    code, confidence = _told(sample, models.guess) if letters else (stated, 0.0)
    if stated and confidence < (SURE if letters < FEW_LETTERS else DOUBTFUL):
        code, confidence = stated, max(confidence, DOUBTFUL)
    return {"language": {"code": code, "confidence": confidence}}


def _told(sample: str, guess: Guess) -> tuple[str, float]:
    """The whole text's language; where that is in doubt, the one in which most letters of its paragraphs are."""
    code, confidence = guess.language(sample)
    paragraphs = [sample[slice(*extent(lines))] for lines in paragraphs_of(sample)] if confidence < SURE else []
    if len(paragraphs) < MIXED:
        return code, confidence
    shares: Counter[str] = Counter()
    for paragraph in paragraphs:
        told, sure = guess.language(paragraph)
        shares[told] += len(paragraph) if sure >= SURE else 0
    most, letters = shares.most_common(1)[0]
    return (most, round(letters / shares.total(), 4)) if letters else (code, confidence)


LANGUAGE = Enricher(
    "language",
    2,
    frozenset({"cleaning"}),
    tell_language,
    model=lambda models: models.guess.model,
    uses=frozenset({"text", "item.language", "item.headline"}),
)
