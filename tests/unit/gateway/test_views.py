"""The JSON of an article: the same bytes, whether its revision was read whole or told as it is stored."""

from __future__ import annotations

import orjson
from wiredesk_core.article import Article, Keyphrase, Layer
from wiredesk_core.messages import Changed
from wiredesk_core.stored import Stored
from wiredesk_core.testing import changed, make_item
from wiredesk_gateway.views import article_json, stored_json


def enriched() -> Changed:
    item = make_item(restricted_notes=("Not for print",), body_text="Größte Fähre – «Nord» \U0001f6a2\x7f\u2028")
    served = changed(item)
    assert served.article is not None
    added = {
        "layers": {"keyphrases": Layer(version=1, status="done", took_ms=0.1, model="m")},
        "keyphrases": (Keyphrase(text="Größte Fähre", score=1.0, start=0, end=12),),
        "embedding": "AAAA",
        "fingerprint": "f",
    }
    return served.model_copy(update={"article": Article.model_validate({**dict(served.article), **added})})


def test_a_stored_revision_is_told_in_the_bytes_of_one_that_was_read_whole() -> None:
    whole = enriched()
    told = stored_json(Stored(whole.model_dump_json().encode()))
    assert told == article_json(whole)
    assert b"Not for print" not in told
    assert b"embedding" not in told


def test_a_revision_of_an_older_day_is_told_with_the_members_of_today() -> None:
    older = orjson.loads(enriched().model_dump_json())
    for name in ("quotes", "fingerprint", "text"):
        del older["article"][name]
    del older["article"]["item"]["keywords"]
    body = orjson.dumps(older)
    assert orjson.loads(stored_json(Stored(body))) == orjson.loads(article_json(Stored(body).whole()))
