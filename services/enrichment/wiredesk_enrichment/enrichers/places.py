"""Places of the story on the map: the linked ones, with their GeoNames ids and, where known, coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wiredesk_enrichment.knowledge import Knowledge, Spot, Thing
from wiredesk_enrichment.story import Enricher, Models, Story, Values


def place_on_map(story: Story, models: Models) -> Values:
    """`places`, the most salient first: id, name, country (ISO 3166 alpha-3), GeoNames id, degrees north and east."""
    return {"places": list(_placed(story.values["entities"], models.knowledge))}


def _placed(entities: list[Mapping[str, Any]], knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    for entity in entities:
        thing = _thing(entity, knowledge)
        if thing is not None:
            spot = thing.spot or Spot()
            yield {
                "id": thing.qid, "name": thing.name, "country": thing.country or None, "geonames": spot.geonames or None,
                "lat": spot.lat, "lon": spot.lon, "salience": entity["salience"], "score": entity["score"],
            }  # fmt: skip


def _thing(entity: Mapping[str, Any], knowledge: Knowledge) -> Thing | None:
    """The known place that an entity was linked to."""
    known = (thing for thing in knowledge.named(entity["name"]) if thing.qid == entity["id"])
    return next(known, None) if entity["type"] == "LOC" else None


PLACES = Enricher("places", 1, frozenset({"entities"}), place_on_map, uses=frozenset({"entities"}))
