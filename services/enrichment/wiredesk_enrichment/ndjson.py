"""Items as lines of JSON in, articles as lines of JSON out: the chain without a broker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from pydantic import ValidationError
from wiredesk_core.article import assemble
from wiredesk_core.identity import item_id_of
from wiredesk_core.item import Item

from wiredesk_enrichment.chain import Chain, Enrichment

BATCH = 32


def enrich_ndjson(lines: Iterable[str], chain: Chain, *, keep_text: bool = False) -> Iterator[str]:
    """One article a line, in the order of the items; `{"line", "error": {"code", "detail"}}` for a line that is none.

    Empty lines are passed over. Items may leave out whatever has a default; only `uri` is asked for.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while batch := list(islice(numbered, BATCH)):
        yield from _enrich_batch(batch, chain, keep_text=keep_text)


def _enrich_batch(batch: list[tuple[int, str]], chain: Chain, *, keep_text: bool) -> Iterator[str]:
    read = [_read_item(number, line) for number, line in batch]
    items = [item for item in read if isinstance(item, Item)]
    enrichments = iter(chain.enrich_all(items, keep_text=keep_text))
    for item in read:
        yield _article_line(item, next(enrichments)) if isinstance(item, Item) else item


def _read_item(number: int, line: str) -> Item | str:
    """The item on a line, or the error line that stands in its place."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        return _error_line(number, "not_json", str(wrong))
    if not isinstance(fields, dict):
        return _error_line(number, "not_an_item", "an item is a JSON object")
    try:
        return Item.model_validate({key: value for key, value in fields.items() if not _is_unset(key, value)})
    except ValidationError as wrong:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors(include_url=False))
        return _error_line(number, "not_an_item", told)


def _is_unset(key: str, value: object) -> bool:
    """Empty moments and languages count as left out; an empty uri is still an error."""
    return value is None or (value == "" and key != "uri")


def _article_line(item: Item, enrichment: Enrichment) -> str:
    article = assemble(item, item_id_of(item.provider, item.uri), 0, enrichment.layers, enrichment.values)
    return article.model_dump_json(exclude_none=True)


def _error_line(number: int, code: str, detail: str) -> str:
    return json.dumps({"line": number, "error": {"code": code, "detail": detail}}, ensure_ascii=False)
