"""The one way in which feeds are fetched over HTTP: conditional, bounded in time, size and redirects, TLS verified.

aiohttp asks: it is in the lock already (Faust stands on it), its resolver can be put under guard, and it hands over bodies
as they are packed, so that nothing unpacks without a bound. It follows no redirect by itself: each step is checked here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import aiohttp
from wiredesk_core.failures import Refused
from wiredesk_core.ports import Clock

from wiredesk_ingest.body import Limits, read_body
from wiredesk_ingest.polling.addresses import CheckedResolver, NotFetched, Reach
from wiredesk_ingest.polling.pace import retry_after_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})
EMPTY = frozenset({204, 205, 304})
MOST_REDIRECTS = 5
LARGEST_HEADER = 16 * 1024
LONGEST_MARK = 1000
"""Characters of an ETag that are sent back; a longer one is not kept."""
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, application/json;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an address, how the last answer was marked, and what proves who we are."""

    url: str
    etag: str = ""
    modified: str = ""
    authorization: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is empty and `changed` false where the server says that it is as it was."""

    changed: bool
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    modified: str = ""
    link: str = ""


class Fetch(Protocol):
    """Asks once. Raises NotFetched."""

    async def __call__(self, question: Question, /) -> Answer:
        """The answer."""
        ...


class Fetcher:
    """Fetches over HTTP with one pool of connections. `seconds` is the longest that one question may take in all."""

    def __init__(self, reach: Reach, clock: Clock, *, agent: str, seconds: float = 30.0, size: int = 16 << 20) -> None:
        self._reach = reach
        self._clock = clock
        self._seconds = seconds
        self._limits = Limits(body=size)
        self._headers = {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, question: Question) -> Answer:
        """See Fetch. All that can go wrong outside comes out as NotFetched, in words for people."""
        self._reach.check(question.url)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(question)
        except TimeoutError as late:
            raise NotFetched(f"no whole answer within {self._seconds:g} s") from late
        except aiohttp.ClientConnectorCertificateError as untrusted:
            raise NotFetched(f"the server's certificate is not trusted: {untrusted}") from untrusted
        except (aiohttp.ClientError, OSError, ValueError) as broken:
            raise NotFetched(f"{type(broken).__name__}: {_reason(broken)}") from broken

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=CheckedResolver(self._reach), limit_per_host=2, use_dns_cache=False, force_close=True
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                max_line_size=LARGEST_HEADER,
                max_field_size=LARGEST_HEADER,
            )
        return self._session

    async def _follow(self, question: Question) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            async with self._opened().get(question.url, headers=_marks(question), allow_redirects=False) as response:
                if response.status not in REDIRECTS or "Location" not in response.headers:
                    return await self._answer(response)
                question = self._redirected(question, response.headers["Location"])
        raise NotFetched(f"more than {MOST_REDIRECTS} redirects, the last one to {urlsplit(question.url).netloc}")

    def _redirected(self, question: Question, location: str) -> Question:
        """The next question; what proves who we are stays with the host that it was given for."""
        url = urljoin(question.url, location)
        self._reach.check(url)
        before, after = urlsplit(question.url), urlsplit(url)
        if (before.scheme, after.scheme) == ("https", "http"):
            raise NotFetched(f"redirected from https to http: {after.netloc}")
        same = before[:2] == after[:2]
        return replace(question, url=url, authorization=question.authorization if same else "")

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        headers = response.headers
        if response.status in EMPTY:
            return Answer(changed=False, etag=_mark(headers, "ETag"), modified=_mark(headers, "Last-Modified"))
        if response.status != 200:
            pause = retry_after_of(headers.get("Retry-After", ""), self._clock.now())
            raise NotFetched(f"answered with {response.status}", status=response.status, retry_after=pause)
        try:
            body = await read_body(
                response.content.iter_chunked(64 * 1024), headers.get("Content-Encoding", ""), self._limits
            )
        except Refused as unusable:
            raise NotFetched(f"{unusable.code}: {unusable}") from unusable
        return Answer(
            changed=True,
            body=body,
            content_type=_plain(headers.get("Content-Type", ""))[:200],
            etag=_mark(headers, "ETag"),
            modified=_mark(headers, "Last-Modified"),
            link=_plain(", ".join(headers.getall("Link", []))),
        )


def _reason(broken: Exception) -> str:
    """What went wrong, in a log for everybody: without the address, since some feeds want their key in it."""
    if isinstance(broken, aiohttp.InvalidURL):
        return "the address cannot be read"
    return broken.message if isinstance(broken, aiohttp.ClientResponseError) else str(broken)


def _marks(question: Question) -> dict[str, str]:
    told = {
        "If-None-Match": question.etag,
        "If-Modified-Since": question.modified,
        "Authorization": question.authorization,
    }
    return {name: value for name, value in told.items() if value}


def _mark(headers: Mapping[str, str], name: str) -> str:
    value = _plain(headers.get(name, ""))
    return value if len(value) <= LONGEST_MARK else ""


def _plain(header: str) -> str:
    """A header if it is plain text; one that is not says nothing, and could be neither kept nor sent back."""
    return header if header.isascii() and header.isprintable() else ""
