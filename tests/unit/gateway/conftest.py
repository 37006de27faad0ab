"""Clients of a gateway over stores in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from wiredesk_gateway.testing import Newsroom

Client = httpx.AsyncClient
Connect = Callable[..., Awaitable[Client]]


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.fixture
async def connect(newsroom: Newsroom) -> AsyncIterator[Connect]:
    """Opens a client whose key has the scopes given; no scopes at all: a client without a key."""
    opened: list[Client] = []
    transport = httpx.ASGITransport(newsroom.app())

    async def open_client(*scopes: str, **more: Any) -> Client:
        headers = {"authorization": f"Bearer {await newsroom.token(*scopes, **more)}"} if scopes else {}
        client = Client(transport=transport, base_url="http://gateway.example", headers=headers)
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        await client.aclose()


@pytest.fixture
async def reader(connect: Connect) -> Client:
    return await connect("items:read")


@pytest.fixture
async def insider(connect: Connect) -> Client:
    return await connect("items:read", "embargo:read")


@pytest.fixture
async def stranger(connect: Connect) -> Client:
    return await connect()
