"""What is known of one feed, kept in the Registry, where all replicas of ingest share it. Values and pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from wiredesk_core.identity import sha256_of

KIND = "feed"
"""Its kind in the Registry; its name is `provider/feed`."""
LONGEST_WHY = 300
DIGITS = 20


@dataclass(frozen=True, slots=True)
class FeedState:
    """Where the reading of a feed stands. Moments are Unix time in seconds, 0 for never.

    address: what it was asked at, as a hash: some addresses hold a key. etag, modified: what the last answer was marked
    with. body: SHA-256 of the last answer that was taken.
    seen: hashes of the entries in it. cursor: where the next question starts, for feeds with a token.
    ttl, skip_hours, skip_days: what the feed last asked of its readers.
    news: when something new came lately. errors: in a row; `why` is the last one.
    holder, held_until: the replica that is asking right now, and until when the others leave the feed to it.
    """

    address: str = ""
    etag: str = ""
    modified: str = ""
    body: str = ""
    seen: tuple[str, ...] = ()
    cursor: str = ""
    ttl: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    news: tuple[float, ...] = ()
    last_success: float = 0.0
    last_try: float = 0.0
    next_at: float = 0.0
    errors: int = 0
    why: str = ""
    holder: str = ""
    held_until: float = 0.0

    def asked_at(self, address: str) -> FeedState:
        """The same, for a question to that address: marks and tokens that another one gave mean nothing there."""
        mark = sha256_of(address.encode())[:DIGITS]
        if self.address in {"", mark}:
            return replace(self, address=mark)
        return FeedState(
            mark,
            news=self.news,
            last_success=self.last_success,
            holder=self.holder,
            held_until=self.held_until,
        )

    def wait(self, now: float) -> float:
        """Seconds until this feed may be asked by somebody who does not hold it; 0 when it may be asked now."""
        return max(0.0, self.next_at - now, self.held_until - now if self.holder else 0.0)

    def held_by(self, holder: str, until: float) -> FeedState:
        """The same, in somebody's hands."""
        return replace(self, holder=holder, held_until=until)

    def free(self) -> FeedState:
        """The same, in nobody's hands."""
        return replace(self, holder="", held_until=0.0)

    def failed(self, now: float, why: str, next_at: float) -> FeedState:
        """After one more error."""
        shown = "".join(letter if letter.isprintable() else "?" for letter in why[:LONGEST_WHY])
        return replace(self, last_try=now, errors=self.errors + 1, why=shown, next_at=next_at)

    def succeeded(self, now: float, next_at: float) -> FeedState:
        """After an answer that was understood, whether or not it brought anything."""
        return replace(self, last_try=now, last_success=now, errors=0, why="", next_at=next_at)

    def to_value(self) -> dict[str, Any]:
        """As the Registry keeps it."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def of_value(cls, value: Mapping[str, Any] | None) -> FeedState:
        """From the Registry; what cannot be read there counts as not known, so that the feed starts anew."""
        known: dict[str, Any] = {}
        for field in fields(cls):
            usual, found = field.default, (value or {}).get(field.name)
            if isinstance(usual, tuple) and isinstance(found, list):
                known[field.name] = tuple(found)
            elif isinstance(usual, float) and isinstance(found, int | float):
                known[field.name] = float(found)
            elif isinstance(found, type(usual)):
                known[field.name] = found
        return cls(**known)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
