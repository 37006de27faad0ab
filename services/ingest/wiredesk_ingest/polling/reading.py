"""The kinds of feeds: how each is asked, and what an answer comes to. They translate; nothing is decided or kept here.

A reader asks with what is known of the feed and gives batches of wires, each with the state to keep once they are durable.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from wiredesk_core.failures import Unreadable
from wiredesk_core.identity import sha256_of
from wiredesk_core.moments import iso
from wiredesk_core.telemetry import log

from wiredesk_ingest.formats import html_page
from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.polling.addresses import NotFetched
from wiredesk_ingest.polling.answers import Page, question, read_page
from wiredesk_ingest.polling.entries import Told, read_entries
from wiredesk_ingest.polling.fetching import Answer, Fetch, Question
from wiredesk_ingest.polling.pace import Bounds, Wish, next_question, remembered
from wiredesk_ingest.polling.state import FeedState
from wiredesk_ingest.providers import Feed, FeedKind

MOST_PAGES = 50
"""Pages of a feed with a token that are read in one go."""
OVERLAP = 300.0
"""Seconds before the last success from which a feed is read anew when its token is no longer known."""
EXPIRED = frozenset({400, 404, 410})
"""What servers answer to a token that they have forgotten."""

MARKED = re.compile(r"\s*[<{\[]")
"""How XML and JSON begin."""

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Wires that came together, and the feed's state once they are durable. `more`: the next batch follows at once."""

    wires: tuple[bytes, ...]
    content_type: str
    state: FeedState
    more: bool = False


class Reader(Protocol):
    """Reads a feed once. Raises NotFetched or Unreadable; what was given before stays given."""

    def __call__(self, fetch: Fetch, state: FeedState, now: Callable[[], float], chance: float) -> AsyncIterator[Batch]:
        """Batches in order; at least one."""
        ...


def reader_of(feed: Feed, authorization: str) -> Reader:
    """The reader for a feed's kind; `authorization` is the value of that header, empty for none."""
    return READERS[feed.kind](feed, authorization)


@dataclass(frozen=True, slots=True)
class RssReader:
    """RSS and Atom: the document as it came is the wire, and is one only when an entry in it is new or changed."""

    feed: Feed
    authorization: str

    async def __call__(
        self, fetch: Fetch, state: FeedState, now: Callable[[], float], chance: float
    ) -> AsyncIterator[Batch]:
        """One batch, of one wire or none."""
        answer = await fetch(Question(self.feed.url, state.etag, state.modified, self.authorization))
        if not answer.changed:
            yield _whole(answer, state, self.feed, now(), chance)
            return
        _refuse_page(answer)
        told = _told(answer)
        new = told is None or bool(set(told.seen) - set(state.seen))
        yield _whole(answer, state if told is None else _with(state, told), self.feed, now(), chance, new=new)


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """A document that changes in place: the wire is the whole of it, whenever it is another one than before."""

    feed: Feed
    authorization: str

    async def __call__(
        self, fetch: Fetch, state: FeedState, now: Callable[[], float], chance: float
    ) -> AsyncIterator[Batch]:
        """One batch, of one wire or none."""
        answer = await fetch(Question(self.feed.url, state.etag, state.modified, self.authorization))
        yield _whole(answer, state, self.feed, now(), chance)


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Answers in pages, each naming the next: the token is kept once its page is durable, so nothing is ever skipped."""

    feed: Feed
    authorization: str

    async def __call__(
        self, fetch: Fetch, state: FeedState, now: Callable[[], float], chance: float
    ) -> AsyncIterator[Batch]:
        """A batch a page, until one is empty or the last one has been read."""
        for number in range(1, MOST_PAGES + 1):
            answer, state = await self._ask(fetch, state)
            page = _page(self.feed, answer)
            moved = bool(page.cursor) and page.cursor != state.cursor
            more = moved and bool(page.wires) and number < MOST_PAGES
            news = remembered(state.news, now()) if page.wires else state.news
            state = replace(state, cursor=page.cursor or state.cursor, news=news)
            state = _answered(state, self.feed, now(), chance)
            yield Batch(page.wires, answer.content_type.partition(";")[0], state, more)
            if not more:
                return

    async def _ask(self, fetch: Fetch, state: FeedState) -> tuple[Answer, FeedState]:
        try:
            return await fetch(self._question(state)), state
        except NotFetched as refused:
            if not state.cursor or refused.status not in EXPIRED:
                raise
            since = _moment(state.last_success)
            _log.warning("the token is no longer known; the feed is read anew", feed=self.feed.name, since=since)
        state = replace(state, cursor="")
        return await fetch(self._question(state)), state

    def _question(self, state: FeedState) -> Question:
        url = question(self.feed, state.cursor, _moment(state.last_success))
        return Question(url, authorization=self.authorization)


READERS: Mapping[FeedKind, Callable[[Feed, str], Reader]] = {
    "rss": RssReader,
    "http": DocumentReader,
    "token": TokenReader,
}
"""Every kind of feed: a new one is one class and one line here."""


def _whole(answer: Answer, state: FeedState, feed: Feed, now: float, chance: float, *, new: bool = True) -> Batch:
    """A batch of the whole answer, if it is new and not the very bytes that were taken before."""
    sha256 = sha256_of(answer.body) if answer.changed else state.body
    new = new and answer.changed and sha256 != state.body
    news = remembered(state.news, now) if new else state.news
    state = replace(
        state,
        body=sha256,
        etag=answer.etag if answer.changed else answer.etag or state.etag,
        modified=answer.modified if answer.changed else answer.modified or state.modified,
        news=news,
    )
    return Batch((answer.body,) if new else (), answer.content_type, _answered(state, feed, now, chance))


def _answered(state: FeedState, feed: Feed, now: float, chance: float) -> FeedState:
    wish = Wish(state.ttl, frozenset(state.skip_hours), frozenset(state.skip_days))
    bounds = Bounds(feed.fastest, feed.slowest)
    return state.succeeded(now, next_question(now, state.news, bounds, wish=wish, chance=chance))


def _with(state: FeedState, told: Told) -> FeedState:
    wish = told.wish
    hours, days = tuple(sorted(wish.hours)), tuple(sorted(wish.days))
    return replace(state, seen=told.seen, ttl=wish.ttl, skip_hours=hours, skip_days=days)


def _page(feed: Feed, answer: Answer) -> Page:
    """The page in an answer; one that says only that nothing is new (204) is a page without wires."""
    if not answer.changed:
        return Page(())
    _refuse_page(answer)
    return read_page(feed, answer.body, answer.content_type, answer.link)


def _refuse_page(answer: Answer) -> None:
    """Raises NotFetched for a web page or a plain text, as servers show while they are closed: it would be read as news."""
    text = without_controls(decode(answer.body, answer.content_type).text)
    if html_page.recognise(text) or not MARKED.match(text):
        raise NotFetched("answered with a page for people, not with a feed: check the address")


def _told(answer: Answer) -> Told | None:
    """What a document says; None for one that cannot be read: it goes on as it is, to be quarantined with its reason."""
    try:
        return read_entries(answer.body, answer.content_type)
    except Unreadable:
        return None
    except Exception:  # a fault of ours must not hold a feed up
        _log.exception("the entries of a feed cannot be told apart; it is taken as a whole")
        return None


def _moment(success: float) -> str:
    return iso(datetime.fromtimestamp(success - OVERLAP, UTC)) if success else ""
