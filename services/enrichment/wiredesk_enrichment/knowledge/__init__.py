"""What the chain knows of the world without reading: names to things, words to how common they are.

The tables beside this file are plain facts with their sources in README.md; build.py compiles them.
"""

from wiredesk_enrichment.knowledge.tables import UNSURE, load_knowledge
from wiredesk_enrichment.knowledge.things import RAREST, Knowledge, Spot, Thing, Topic, Word

__all__ = ["RAREST", "UNSURE", "Knowledge", "Spot", "Thing", "Topic", "Word", "load_knowledge"]
