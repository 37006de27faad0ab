from __future__ import annotations

import json

from wiredesk_core.identity import item_id_of
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.ndjson import enrich_ndjson

SMALLEST = {
    "uri": "urn:test:1", "headline": "", "body_text": "The DPRK said no.\n\nSource: Coastal Press",
    "version_created": "2020-01-01T00:00:00Z", "language": "en",
}  # fmt: skip


def test_an_article_a_line_in_the_order_of_the_items(chain: Chain) -> None:
    lines = [json.dumps(SMALLEST | {"uri": f"urn:test:{number}"}) for number in range(70)]
    articles = [json.loads(line) for line in enrich_ndjson(lines, chain)]
    assert [article["uri"] for article in articles] == [f"urn:test:{number}" for number in range(70)]
    assert articles[0]["item_id"] == item_id_of("local", "urn:test:0")
    assert articles[0]["revision"] == 0
    assert articles[0]["text"] == "The DPRK said no."
    assert articles[0]["entities"][0]["id"] == "Q423"


def test_a_bad_line_is_told_and_stops_nothing(chain: Chain) -> None:
    lines = ["{", "", '{"headline": "no uri"}', "[1]", json.dumps(SMALLEST), '{"uri": ""}', "[" * 20_000]
    told = [json.loads(line) for line in enrich_ndjson(lines, chain, keep_text=True)]
    assert [answer.get("line") for answer in told] == [1, 3, 4, None, 6, 7]
    assert [answer.get("error", {}).get("code") for answer in told] == [
        "not_json", "not_an_item", "not_an_item", None, "not_an_item", "not_json",
    ]  # fmt: skip
    assert "uri" in told[1]["error"]["detail"]
    assert told[3]["text"] == SMALLEST["body_text"]


def test_empty_fields_count_as_left_out(chain: Chain) -> None:
    (line,) = enrich_ndjson([json.dumps(SMALLEST | {"language": "", "version_created": "", "byline": None})], chain)
    assert "error" not in json.loads(line)
