from __future__ import annotations

from wiredesk_enrichment.chain import CHAIN_VERSION, chain_version
from wiredesk_enrichment.enrichers import ENRICHERS


def test_needs_come_first() -> None:
    seen: set[str] = set()
    for enricher in ENRICHERS:
        assert enricher.needs <= seen, f"{enricher.name} runs before what it needs"
        seen.add(enricher.name)


def test_every_layer_has_one_name() -> None:
    names = [enricher.name for enricher in ENRICHERS]
    assert len(set(names)) == len(names)


def test_the_chain_version_goes_up_with_any_enricher() -> None:
    assert sum(enricher.version for enricher in ENRICHERS) == CHAIN_VERSION
    assert chain_version([*ENRICHERS, ENRICHERS[0]]) > CHAIN_VERSION
