"""The chain's steps, in the order in which they run. A new enricher is one file here and one line in ENRICHERS."""

from __future__ import annotations

from wiredesk_enrichment.enrichers.attribution import ATTRIBUTION
from wiredesk_enrichment.enrichers.blocks import BLOCKS
from wiredesk_enrichment.enrichers.cleaning import CLEANING
from wiredesk_enrichment.enrichers.credits import CREDITS
from wiredesk_enrichment.enrichers.dates import DATES
from wiredesk_enrichment.enrichers.embedding import EMBEDDING
from wiredesk_enrichment.enrichers.entities import ENTITIES
from wiredesk_enrichment.enrichers.fingerprint import FINGERPRINT
from wiredesk_enrichment.enrichers.keyphrases import KEYPHRASES
from wiredesk_enrichment.enrichers.language import LANGUAGE
from wiredesk_enrichment.enrichers.places import PLACES
from wiredesk_enrichment.enrichers.quality import QUALITY
from wiredesk_enrichment.enrichers.quotes import QUOTES
from wiredesk_enrichment.enrichers.summary import SUMMARY
from wiredesk_enrichment.enrichers.topics import TOPICS
from wiredesk_enrichment.story import Enricher

ENRICHERS: tuple[Enricher, ...] = (
    CLEANING,
    LANGUAGE,
    BLOCKS,
    ENTITIES,
    PLACES,
    KEYPHRASES,
    SUMMARY,
    QUALITY,
    TOPICS,
    QUOTES,
    DATES,
    ATTRIBUTION,
    CREDITS,
    FINGERPRINT,
    EMBEDDING,
)

__all__ = ["ENRICHERS", "Enricher"]
