"""Web pages of named origins may call; those of others get nothing to read."""

from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError
from wiredesk_gateway.settings import GatewaySettings, origins_in
from wiredesk_gateway.testing import Newsroom

DESK = "https://desk.example"


async def ask(newsroom: Newsroom, method: str, origin: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(newsroom.app())
    headers |= {"origin": origin, "authorization": f"Bearer {await newsroom.token('items:read')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example") as client:
        return await client.request(method, "/v1/items", headers=headers)


async def test_no_page_may_read_unless_its_origin_is_named(newsroom: Newsroom) -> None:
    assert "access-control-allow-origin" not in (await ask(newsroom, "GET", DESK)).headers
    newsroom.origins = (DESK,)
    answer = await ask(newsroom, "GET", DESK)
    assert answer.headers["access-control-allow-origin"] == DESK
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    for other in ("https://desk.example.evil.example", "http://desk.example", "null"):
        assert "access-control-allow-origin" not in (await ask(newsroom, "GET", other)).headers


async def test_a_page_asks_before_it_sends_its_key(newsroom: Newsroom) -> None:
    newsroom.origins = (DESK,)
    asking = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    assert (await ask(newsroom, "OPTIONS", DESK, **asking)).status_code == 200
    assert (await ask(newsroom, "OPTIONS", "https://other.example", **asking)).status_code == 400


@pytest.mark.parametrize("unfit", ["*", "https://*.example", "desk.example", "https://desk.example/", "null"])
def test_only_whole_origins_are_taken(unfit: str) -> None:
    with pytest.raises(ValidationError, match="no origin"):
        GatewaySettings(cors=f"{DESK}, {unfit}")
    assert origins_in(GatewaySettings(cors=f"{DESK}, http://127.0.0.1:3000").cors) == (DESK, "http://127.0.0.1:3000")
