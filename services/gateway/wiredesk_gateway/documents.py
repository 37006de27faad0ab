"""What the routes answer, for the OpenAPI document: examples and the shapes of problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wiredesk_core.article import Article

Responses = Mapping[int, Mapping[str, Any]]

PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; further members depend on it.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:wiredesk:problem:item_not_found"]},
        "title": {"type": "string", "examples": ["Not Found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "examples": ["there is no such item"]},
        "instance": {"type": "string", "examples": ["/v1/items/nosuchitem"]},
        "code": {"type": "string", "examples": ["item_not_found"]},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("in", "pointer", "code", "detail")},
            },
        },
        "tombstone": {"type": "object"},
        "snapshot": {"type": "string"},
    },
}

ARTICLE_EXAMPLE: Mapping[str, Any] = {
    "published_at": "2026-03-02T08:15:00.000000Z",
    "indexed_at": "2026-03-02T08:15:01.204000Z",
    "uri": "urn:example:northwire:harbour-bridge",
    "item_id": "k3v5m2q7x4ab6cdefghijklmno",
    "revision": 2,
    "item": {
        "uri": "urn:example:northwire:harbour-bridge",
        "version": "1",
        "provider": "northwire",
        "type": "text",
        "status": "usable",
        "language": "en",
        "headline": "Harbour bridge opens a week early",
    },
    "layers": {"language": {"version": 1, "status": "done", "took_ms": 0.4}},
    "text": "The harbour bridge opened to traffic on Monday.",
}

EVENT_EXAMPLE: Mapping[str, Any] = {
    "kind": "killed",
    "cause": "status",
    "item_id": "k3v5m2q7x4ab6cdefghijklmno",
    "uri": "urn:example:northwire:harbour-bridge",
    "provider": "northwire",
    "revision": 3,
    "at": "2026-03-02T09:00:00.000000Z",
    "tombstone": {
        "item_id": "k3v5m2q7x4ab6cdefghijklmno",
        "uri": "urn:example:northwire:harbour-bridge",
        "provider": "northwire",
        "killed_at": "2026-03-02T09:00:00Z",
        "reason": "the opening is not confirmed",
    },
}
CURSOR_EXAMPLE = "c2lnbmVkIGFuZCBvcGFxdWU"


def _told(description: str, example: Any, media_type: str = "application/json", schema: Any = None) -> dict[str, Any]:
    return {
        "description": description,
        "content": {media_type: {"schema": schema or {"type": "object"}, "example": example}},
    }


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": PROBLEM_REF}}}


NOT_FOUND: Responses = {404: _problem("Unknown, or not for this key")}
GONE: Responses = {410: _problem("Killed (the problem holds its tombstone), or expired")}
GUARDED: Responses = {
    400: _problem("A parameter is unknown or cannot be used"),
    401: _problem("No key, or none that holds"),
    403: _problem("The key lacks the scope"),
    503: _problem("A store or the broker does not answer just now"),
}
"""What every guarded route may answer besides."""

PAGE: Responses = {
    200: _told(
        "A page of hits; nothing found is an empty list",
        {
            "took_ms": 1.7,
            "total": 1,
            "total_relation": "eq",
            "has_more": False,
            "next": None,
            "facets": {"provider": [{"value": "northwire", "label": "northwire", "count": 1}]},
            "items": [ARTICLE_EXAMPLE],
        },
    ),
    304: {"description": "Unchanged"},
    409: _problem("Several items go by this uri"),
    **NOT_FOUND,
    **GONE,
}
ARTICLE: Responses = {
    200: _told("The item", ARTICLE_EXAMPLE, schema={"$ref": "#/components/schemas/Article"}),
    304: {"description": "Unchanged"},
    **NOT_FOUND,
    **GONE,
}
VERSIONS: Responses = {
    200: _told(
        "The versions, oldest first",
        {
            "item_id": "k3v5m2q7x4ab6cdefghijklmno",
            "uri": "urn:example:northwire:harbour-bridge",
            "versions": [
                {
                    "version": "1",
                    "received_at": "2026-03-02T08:15:00.000000Z",
                    "killed": False,
                    "silent_correction": False,
                }
            ],
            "rulings": [],
            "earlier_rulings": 0,
            "has_more": False,
            "next": None,
        },
    )
}
RELATED: Responses = {
    200: _told(
        "The family",
        {
            "item_id": "k3v5m2q7x4ab6cdefghijklmno",
            "uri": "urn:example:northwire:harbour-bridge",
            "newest": "k3v5m2q7x4ab6cdefghijklmno",
            "chain": [
                {
                    "item_id": "k3v5m2q7x4ab6cdefghijklmno",
                    "uri": "urn:example:northwire:harbour-bridge",
                    "revision": 2,
                    "version": "1",
                    "headline": "Harbour bridge opens a week early",
                    "published_at": "2026-03-02T08:15:00.000000Z",
                    "at": "itself",
                    "follows": ["earlieritemofthesamechain"],
                }
            ],
            "takes": [],
        },
    )
}
EXPIRED: Responses = {410: _problem("The cursor has expired: take a snapshot")}
CHANGES: Responses = {
    200: _told("Changes", {"changes": [EVENT_EXAMPLE], "has_more": False, "next": CURSOR_EXAMPLE}),
    **EXPIRED,
}
STREAM: Responses = {
    200: _told(
        "An endless stream",
        f"event: killed\nid: {CURSOR_EXAMPLE}\ndata: …\n\n",
        "text/event-stream",
        {"type": "string"},
    ),
    **EXPIRED,
    429: _problem("Too many streams are open with this key"),
}
SNAPSHOT: Responses = {
    200: _told(
        "A line an item, then the end",
        '{"kind":"item","article":{…}}\n{"kind":"end","items":1,"cursor":"…"}\n',
        "application/x-ndjson",
        {"type": "string"},
    )
}
RECEIPT: Responses = {
    200: _told(
        "What happened to a push so far",
        {
            "receipt_id": "0195a1b2-0000-7000-8000-000000000001",
            "provider": "northwire",
            "notes": [{"stage": "applied", "at": "2026-03-02T08:15:01.204000Z", "disposition": "accepted"}],
        },
    ),
    **NOT_FOUND,
}
KEY_EXAMPLE: Mapping[str, Any] = {
    "key_id": "9f2c4b7a10d3e865",
    "name": "sports app",
    "scopes": ["items:read"],
    "providers": ["northwire"],
    "genres": [],
    "languages": ["en"],
    "types": [],
    "per_minute": 600,
    "created": "2026-03-02T08:15:00.000000Z",
    "expires": None,
    "former_until": None,
}
NO_KEY: Responses = {204: {"description": "It opens nothing any more"}, 404: _problem("There is no such key")}
KEYS: Responses = {
    200: _told("All keys", {"keys": [{**KEY_EXAMPLE, "last_used": "2026-03-02T09:00:00.000000Z"}], "next": None})
}
KEY_MADE: Responses = {
    201: _told("The key, and its token for the only time", {"token": "wd_9f2c4b7a10d3e865_…", "key": KEY_EXAMPLE}),
    404: _problem("There is no such key"),
}
STATUS: Responses = {
    200: _told(
        "Totals",
        {"items": {"open": 3104, "killed": 2}, "dispositions": {"accepted": 3200}, "unsent": 0, "quarantined": 4},
    )
}
AUDIT: Responses = {
    200: _told(
        "Entries, oldest first",
        {
            "entries": [
                {
                    "number": 17,
                    "at": "2026-03-02T09:00:00Z",
                    "actor": "9f2c4b7a10d3e865",
                    "name": "night desk",
                    "service": "gateway",
                    "action": "key.revoked",
                    "subject": "0c4fb22ae9d71563",
                    "outcome": "allowed",
                    "request_id": "5d0c9c1f4be84f0e",
                    "reason": "",
                    "hash": "5f1e…",
                }
            ],
            "has_more": False,
            "next": None,
        },
    )
}
_AMOUNT = {"requests": 1200, "items": 9400, "bytes": 31457280, "limited": 3}
_NOTHING = {"requests": 0, "items": 0, "bytes": 0, "limited": 0}
_OF_ONE = {"read": {**_AMOUNT, "limited": 0}, "pushed": _NOTHING}
USAGE: Responses = {
    200: _told(
        "A line a day and key, or a day and provider",
        {
            "usage": [
                {
                    "day": "2026-03-02",
                    "key": "9f2c4b7a10d3e865",
                    "name": "sports app",
                    "read": _AMOUNT,
                    "pushed": _NOTHING,
                    "providers": {"northwire": _OF_ONE},
                }
            ],
            "has_more": False,
            "next": None,
        },
    )
}
_SET_ASIDE = {
    "quarantine_id": "wire.received-3-17",
    "state": "shelved",
    "round": 1,
    "provider": "northwire",
    "code": "json_broken",
    "detail": "the document ends inside a string",
    "size": 15,
    "text": '{"uri": "urn:ex',
}
QUARANTINE: Responses = {
    200: _told("Records put aside, newest first", {"quarantined": [_SET_ASIDE], "has_more": False, "next": None})
}
QUARANTINE_ENTRY: Responses = {200: _told("One record put aside", _SET_ASIDE), **NOT_FOUND}
QUARANTINE_BYTES: Responses = {
    200: _told("The bytes as they came", '{"uri": "urn:ex', "application/octet-stream", {"type": "string"}),
    **NOT_FOUND,
    410: _problem("Dropped by an operator; the bytes are gone"),
}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The generated OpenAPI document with the key scheme, the shared schemas and the answers that all routes share."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    article = Article.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(article.pop("$defs", {}), Article=article, Problem=PROBLEM_SCHEMA)
    schemas["Item"]["properties"].pop("restricted_notes", None)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "wd_<id>_<secret>"}}
    for path in document["paths"].values():
        for operation in path.values():
            if "security" in operation:
                shared = {str(status): dict(told) for status, told in GUARDED.items()}
                operation["responses"] = {**shared, **operation["responses"]}
    return document
