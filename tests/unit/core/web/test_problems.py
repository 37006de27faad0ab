from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query
from starlette.responses import StreamingResponse
from wiredesk_core.failures import BrokerDown, Refused
from wiredesk_core.web.app import web_app


@pytest.fixture
def app() -> FastAPI:
    app = web_app(service="test", title="Test", version="1", description="", checks={})

    @app.get("/refused")
    async def refused() -> None:
        raise Refused(429, "too_fast", "slower please", retry_after=7)

    @app.get("/away")
    async def away() -> None:
        raise BrokerDown("10.0.0.7:9092 does not answer")

    @app.get("/broken")
    async def broken() -> None:
        raise KeyError("inside")

    @app.get("/number")
    async def number(n: Annotated[int, Query(le=3)]) -> int:
        return n

    @app.get("/torn")
    async def torn() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begin"
            raise KeyError("inside")

        return StreamingResponse(parts())

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test.example") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "code", "retry_after"),
    [
        ("/refused", 429, "too_fast", "7"),
        ("/away", 503, "unavailable", "2"),
        ("/broken", 500, "internal_error", None),
        ("/number?n=4", 400, "invalid_request", None),
        ("/number?n=four", 400, "invalid_request", None),
        ("/nowhere", 404, "not_found", None),
    ],
)
async def test_every_failure_has_the_same_shape(
    client: httpx.AsyncClient, path: str, status: int, code: str, retry_after: str | None
) -> None:
    answer = await client.get(path, headers={"x-request-id": "here-1"})
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get("retry-after") == retry_after
    assert answer.headers["x-request-id"] == told["request_id"] == "here-1"
    assert told["type"] == f"urn:wiredesk:problem:{code}"
    assert told["instance"] == path.partition("?")[0]
    assert told["title"]
    assert not [word for word in ("inside", "10.0.0.7", "four", "Traceback") if word in answer.text]


async def test_an_invalid_parameter_is_pointed_at(client: httpx.AsyncClient) -> None:
    (error,) = (await client.get("/number?n=4")).json()["errors"]
    assert (error["in"], error["pointer"]) == ("query", "#/n")


async def test_a_stream_that_breaks_is_cut_and_not_mended(client: httpx.AsyncClient) -> None:
    with pytest.raises(KeyError):
        await client.get("/torn")
