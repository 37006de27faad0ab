"""Feeds are fetched from a real server of this machine that misbehaves in every way that servers do."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.registry.sqlite import SqliteRegistry
from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.polling.addresses import NotFetched, Reach
from wiredesk_ingest.polling.fetching import MOST_REDIRECTS, Answer, Fetcher, Question
from wiredesk_ingest.polling.poller import Poller
from wiredesk_ingest.polling.reading import reader_of
from wiredesk_ingest.providers import Feed, Profile
from wiredesk_ingest.wire import Wire

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BODY = b"<rss><channel><item><guid>urn:1</guid><title>Ferry</title></item></channel></rss>"
SIZE = 2_000_000

Respond = Callable[[str, dict[str, str], asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Answers each path as it is told to."""

    paths: dict[str, Respond] = field(default_factory=dict)
    heads: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            named = dict(line.split(": ", 1) for line in head[1:] if line)
            named = {name.lower(): value for name, value in named.items()}
            self.heads.append(named)
            await self.paths[head[0].split()[1]](head[0], named, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def says(status: str = "200 OK", body: bytes = BODY, **headers: str) -> Respond:
    """An answer as it should be."""

    async def respond(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        told = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return respond


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    told = Server()
    listening = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    told.port = listening.sockets[0].getsockname()[1]
    yield told
    listening.close()


@asynccontextmanager
async def fetching(
    *, private: bool = True, seconds: float = 5.0, hosts: tuple[str, ...] = ()
) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(Reach(hosts, private), FixedClock(NOW), agent="Wiredesk (tests)", seconds=seconds, size=SIZE)
    yield fetcher
    await fetcher.close()


async def fetch(server: Server, path: str = "/feed", **changes: str) -> Answer:
    async with fetching() as fetcher:
        return await fetcher(Question(server.url(path), **changes))


async def refusal(server: Server, path: str = "/feed", seconds: float = 5.0) -> NotFetched:
    async with fetching(seconds=seconds) as fetcher:
        with pytest.raises(NotFetched) as refused:
            await fetcher(Question(server.url(path)))
        return refused.value


async def test_an_answer_comes_with_its_marks_and_type(server: Server) -> None:
    server.paths["/feed"] = says(ETag='"v1"', Last_Modified="Wed, 04 Mar 2026 11:00:00 GMT", Content_Type="text/xml")
    answer = await fetch(server)
    assert answer == Answer(True, BODY, "text/xml", '"v1"', "Wed, 04 Mar 2026 11:00:00 GMT")
    assert server.heads[0]["user-agent"] == "Wiredesk (tests)"
    assert "if-none-match" not in server.heads[0]


async def test_the_next_page_is_found_whichever_link_header_names_it(server: Server) -> None:
    async def respond(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        links = b"Link: </v0>; rel=prev\r\nLink: </v2>; rel=next\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n" + links + b"Content-Length: 2\r\n\r\n{}")
        await writer.drain()

    server.paths["/feed"] = respond
    assert (await fetch(server)).link == "</v0>; rel=prev, </v2>; rel=next"


async def test_marks_are_sent_back_and_304_is_an_answer_without_news(server: Server) -> None:
    server.paths["/feed"] = says("304 Not Modified", b"")
    answer = await fetch(server, etag='"v1"', modified="yesterday", authorization="Bearer x")
    assert not answer.changed
    assert server.heads[0]["if-none-match"] == '"v1"'
    assert server.heads[0]["if-modified-since"] == "yesterday"
    assert server.heads[0]["authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        ("429 Too Many Requests", "90", 90.0),
        ("503 Unavailable", "Wed, 04 Mar 2026 12:10:00 GMT", 600.0),
        ("500 Oh", "", None),
    ],
)
async def test_an_error_is_told_with_the_time_that_the_server_names(
    server: Server, status: str, header: str, seconds: float | None
) -> None:
    server.paths["/feed"] = says(status, b"", **({"Retry_After": header} if header else {}))
    refused = await refusal(server)
    assert (refused.status, refused.retry_after) == (int(status[:3]), seconds)


async def test_a_slow_server_is_given_up(server: Server) -> None:
    async def slow(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.01)

    server.paths["/feed"] = slow
    assert "no whole answer within 0.3 s" in str(await refusal(server, seconds=0.3))


async def test_an_endless_body_is_cut_off(server: Server) -> None:
    async def endless(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    server.paths["/feed"] = endless
    assert "body_too_large" in str(await refusal(server, seconds=30))


async def test_an_endless_header_is_cut_off(server: Server) -> None:
    server.paths["/feed"] = says(X_Long="x" * 1_000_000)
    await refusal(server)


async def test_a_body_that_ends_before_its_length_is_no_answer(server: Server) -> None:
    server.paths["/feed"] = says(Content_Length="100000")
    assert "not enough data" in str(await refusal(server)).lower()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("identity", BODY),
    ],
)
async def test_a_packed_body_is_unpacked(server: Server, encoding: str, packed: bytes) -> None:
    server.paths["/feed"] = says(body=packed, Content_Encoding=encoding)
    assert (await fetch(server)).body == BODY


@pytest.mark.parametrize(
    ("encoding", "packed", "why"),
    [
        ("gzip", gzip.compress(bytes(50_000_000)), "gzip_bomb"),
        ("deflate", zlib.compress(bytes(50_000_000)), "gzip_bomb"),
        ("gzip", b"not gzip", "broken_gzip"),
        ("gzip", gzip.compress(BODY)[:-9], "broken_gzip"),
        ("br", BODY, "unknown_encoding"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_within_bounds_is_refused(
    server: Server, encoding: str, packed: bytes, why: str
) -> None:
    server.paths["/feed"] = says(body=packed, Content_Encoding=encoding)
    assert why in str(await refusal(server))


async def test_a_redirect_is_followed_and_takes_no_secret_to_another_host(server: Server) -> None:
    server.paths["/feed"] = says("301 Moved", b"", Location="/there")
    server.paths["/there"] = says("307 Moved", b"", Location=server.url("/abroad", host="localhost"))
    server.paths["/abroad"] = says()
    answer = await fetch(server, authorization="Bearer x")
    assert answer.body == BODY
    assert ["authorization" in head for head in server.heads] == [True, True, False]


async def test_redirects_in_a_circle_end(server: Server) -> None:
    server.paths["/feed"] = says("302 Found", b"", Location="/feed")
    assert "redirects" in str(await refusal(server))
    assert len(server.heads) == MOST_REDIRECTS + 1


async def test_what_went_wrong_is_told_without_the_key_in_an_address(server: Server) -> None:
    server.paths["/feed"] = says("302 Found", b"", Location="/feed?key=hush")
    server.paths["/feed?key=hush"] = says("302 Found", b"", Location="/feed?key=hush")
    assert "hush" not in str(await refusal(server))

    async def garbled(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/9 what?\r\n\r\n")
        await writer.drain()

    server.paths["/feed?key=hush"] = garbled
    assert "hush" not in str(await refusal(server))


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://me:word@127.0.0.1/"])
async def test_a_redirect_to_what_may_not_be_asked_is_not_followed(server: Server, location: str) -> None:
    server.paths["/feed"] = says("302 Found", b"", Location=location)
    await refusal(server)
    assert len(server.heads) == 1


async def test_a_redirect_may_not_lead_inside_by_a_name_either(server: Server) -> None:
    async with fetching(private=False) as fetcher:
        for url in (server.url(), server.url(host="localhost")):
            with pytest.raises(NotFetched, match="an address inside"):
                await fetcher(Question(url))
    assert server.heads == []


async def test_a_host_that_is_not_listed_is_not_asked(server: Server) -> None:
    async with fetching(hosts=("harbour.example",)) as fetcher:
        with pytest.raises(NotFetched, match="INGEST_POLL_HOSTS"):
            await fetcher(Question(server.url()))


async def test_a_server_that_does_not_speak_http_or_is_not_there_is_told(server: Server) -> None:
    async def nonsense(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-nothing\r\n\r\n")

    server.paths["/feed"] = nonsense
    await refusal(server)
    gone = Server(port=1)
    assert "Connect" in str(await refusal(gone))


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(server: Server) -> None:
    """The server speaks no TLS at all, which is as far as a test gets without a certificate of its own."""
    server.paths["/feed"] = says()
    async with fetching() as fetcher:
        with pytest.raises(NotFetched):
            await fetcher(Question(server.url().replace("http:", "https:")))


async def test_connections_and_cookies_are_not_kept(server: Server) -> None:
    server.paths["/feed"] = says(Set_Cookie="who=we")
    async with fetching() as fetcher:
        await fetcher(Question(server.url()))
        await fetcher(Question(server.url()))
    assert ["cookie" in head for head in server.heads] == [False, False]


async def test_every_answer_with_another_etag_is_no_news_by_itself(server: Server) -> None:
    server.paths["/feed"] = says(ETag='"1"')
    first = await fetch(server)
    server.paths["/feed"] = says(ETag='"2"')
    second = await fetch(server)
    assert (first.etag, second.etag, first.body) == ('"1"', '"2"', second.body)


async def test_headers_that_are_no_plain_text_cost_nothing_but_themselves(server: Server) -> None:
    async def odd(_line: str, _head: dict[str, str], writer: asyncio.StreamWriter) -> None:
        head = b'HTTP/1.1 200 OK\r\nContent-Type: text/\xff\r\nETag: "\xe9"\r\nLink: <\xff>; rel=next\r\n\r\n'
        writer.write(head + BODY)
        await writer.drain()

    server.paths["/feed"] = odd
    assert await fetch(server) == Answer(True, BODY)


async def test_an_overlong_etag_is_not_sent_back(server: Server) -> None:
    server.paths["/feed"] = says(ETag=f'"{"x" * 5000}"')
    assert (await fetch(server)).etag == ""


async def test_a_charset_that_lies_costs_no_letter(server: Server) -> None:
    body = BODY.replace(b"Ferry", "Fähre".encode())
    server.paths["/feed"] = says(body=body, Content_Type="application/rss+xml; charset=us-ascii")
    answer = await fetch(server)
    (item,) = read_wire(Wire(answer.body, Profile("harbour"), answer.content_type)).items
    assert item.headline == "Fähre"


async def test_of_several_replicas_with_one_registry_file_one_polls(server: Server, tmp_path: Path) -> None:
    """Each replica has its own connection to the file, as processes have."""
    server.paths["/feed"] = says()
    clock, publisher = FixedClock(NOW), MemoryPublisher()
    feed = Feed(server.url())
    registries = [SqliteRegistry(tmp_path / "registry.db", clock) for _ in range(4)]
    async with fetching() as fetcher:
        pollers = [
            Poller(
                "harbour", feed, reader_of(feed, ""), fetcher, publisher, registry, clock, Gatekeeper(Bounds()), str(n)
            )
            for n, registry in enumerate(registries)
        ]
        for _ in range(3):
            await asyncio.gather(*(poller.look() for poller in pollers))
            clock.advance(timedelta(hours=2))
    for registry in registries:
        await registry.close()
    assert len(server.heads) == 3
    assert len(publisher.on("wire.received")) == 1
