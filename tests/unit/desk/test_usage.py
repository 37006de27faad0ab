"""Usage as its readers see it on a terminal."""

from __future__ import annotations

import httpx
from wiredesk.commands.usage import lines_of, usage_table
from wiredesk.connection import Address, Connection

NOTHING = {"requests": 0, "items": 0, "bytes": 0, "limited": 0}
LINE = {"day": "2026-03-04", "key": "9f2c", "name": "app", "read": {**NOTHING, "items": 12}, "pushed": NOTHING}


def test_all_pages_are_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        more = "cursor" not in request.url.params
        assert request.url.params["by"] == "key"
        return httpx.Response(200, json={"usage": [LINE], "has_more": more, "next": "c1" if more else None})

    with Connection(Address("http://gateway", "wd_x"), transport=httpx.MockTransport(answer)) as gateway:
        assert list(lines_of(gateway, {"by": "key"})) == [LINE, LINE]


def test_a_line_tells_when_who_and_how_much() -> None:
    line = usage_table([LINE]).splitlines()[-1]
    for word in ("2026-03-04", "app (9f2c)", "12"):
        assert word in line


def test_a_line_a_provider_is_named_by_it() -> None:
    line = {"day": "2026-03-04", "provider": "northwire", "read": NOTHING, "pushed": {**NOTHING, "requests": 7}}
    for word in ("northwire", "7"):
        assert word in usage_table([line])
