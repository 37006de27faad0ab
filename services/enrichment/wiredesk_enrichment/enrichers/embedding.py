"""A vector of what the story is about, for finding stories alike: headline and lead by a small language model.

Vectors of different models cannot be compared: the layer says which model made them.
"""

from __future__ import annotations

from wiredesk_core.vectors import packed_vector

from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

LEAD_LETTERS = 1_000
"""The model reads some 64 words of headline and lead; these are always more."""


def embed_story(story: Story, models: Models) -> Values:
    """`embedding`: a vector of length 1, packed (see wiredesk_core.vectors)."""
    code = story.values["language"]["code"]
    if code != models.embedder.language:
        raise Skipped(models.embedder.why_not or f"no embedding model for {code}")
    return {"embedding": packed_vector(models.embedder.embed(read_text(story)))}


def read_text(story: Story) -> str:
    """What the model reads: the headline and how the story begins."""
    lead = story.text[:LEAD_LETTERS]
    return f"{story.item.headline}\n{lead}" if story.item.headline else lead


EMBEDDING = Enricher(
    "embedding",
    1,
    frozenset({"language"}),
    embed_story,
    model=lambda models: models.embedder.model,
    uses=frozenset({"text", "language", "item.headline"}),
)
