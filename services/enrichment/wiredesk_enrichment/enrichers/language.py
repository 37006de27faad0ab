"""Language of the story as a whole."""

from __future__ import annotations

from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

ENOUGH = 300
"""Characters; a shorter text is helped by its headline."""
FEW_LETTERS = 100
"""A text with fewer letters says little: against the wire's own word the identifier has to be sure."""
SURE = 0.8
DOUBTFUL = 0.4
"""Below this confidence the wire's own word counts, however long the text is."""


def tell_language(story: Story, models: Models) -> Values:
    """The identifier's answer for the text; the wire's own where the text is too short to tell."""
    sample = story.text if len(story.text) >= ENOUGH else f"{story.text} {story.item.headline}"
    stated = (story.item.language or "").split("-")[0].split("_")[0].lower()
    letters = sum(character.isalpha() for character in sample[:ENOUGH])
    if letters == 0 and not stated:
        raise Skipped("the text has no letters")
    code, confidence = models.guess.language(sample) if letters else (stated, 0.0)
    if stated and confidence < (SURE if letters < FEW_LETTERS else DOUBTFUL):
        code, confidence = stated, max(confidence, DOUBTFUL)
    return {"language": {"code": code, "confidence": confidence}}


LANGUAGE = Enricher(
    "language",
    1,
    frozenset({"cleaning"}),
    tell_language,
    model=lambda models: models.guess.model,
    uses=frozenset({"text", "item.language", "item.headline"}),
)
