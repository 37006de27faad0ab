"""How often somebody may come: a token bucket each, told in RateLimit headers (draft-ietf-httpapi-ratelimit-headers).

Buckets live in one process: with several replicas behind a front, a caller may come as often at each of them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wiredesk_core.web.problems import Explained

WINDOW_SECONDS = 60
MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class Rates:
    """A bucket for each name; one that has not been asked for longest is forgotten, which only ever gives more."""

    def __init__(self, policy: str, *, may: str = "come {} times", most: int = MOST_BUCKETS) -> None:
        """`policy` names the buckets, `may` tells in a refusal what they hold."""
        self._policy = policy
        self._may = may
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str, per_minute: int, now: datetime, *, cost: int = 1) -> Mapping[str, str]:
        """Take from a bucket; gives the headers that tell what is left.

        Raises Refused(429) with Retry-After when it holds less. What costs more than a whole bucket takes all of it.
        """
        bucket = self._filled(name, per_minute, now)
        wanted = min(cost, per_minute)
        if bucket.left < wanted:
            wait = math.ceil((wanted - bucket.left) * WINDOW_SECONDS / per_minute)
            raise self._refusal(bucket.left, per_minute, max(1, wait))
        bucket.left -= wanted
        return self._told(bucket.left, per_minute)

    def look(self, name: str, per_minute: int, now: datetime) -> None:
        """Take nothing. Raises as `take` does while the bucket holds not even one."""
        left = self._filled(name, per_minute, now).left
        if left < 1:
            raise self._refusal(left, per_minute, max(1, math.ceil((1 - left) * WINDOW_SECONDS / per_minute)))

    def give_back(self, name: str, per_minute: int) -> Mapping[str, str]:
        """What was taken last cost nothing after all; gives the headers."""
        bucket = self._buckets.get(name)
        if bucket is None:  # forgotten while the answer was made: it would be full again
            return self._told(float(per_minute), per_minute)
        bucket.left = min(float(per_minute), bucket.left + 1)
        return self._told(bucket.left, per_minute)

    def _filled(self, name: str, per_minute: int, now: datetime) -> _Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(float(per_minute), now)
        gained = max(0.0, (now - bucket.at).total_seconds()) * per_minute / WINDOW_SECONDS
        bucket.left, bucket.at = min(float(per_minute), bucket.left + gained), max(now, bucket.at)
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket

    def _told(self, left: float, per_minute: int) -> Mapping[str, str]:
        full = math.ceil((per_minute - left) * WINDOW_SECONDS / per_minute)
        return {
            "ratelimit-policy": f'"{self._policy}";q={per_minute};w={WINDOW_SECONDS}',
            "ratelimit": f'"{self._policy}";r={math.floor(left)};t={full}',
        }

    def _refusal(self, left: float, per_minute: int, wait: int) -> Explained:
        detail = f"This {self._policy} may {self._may.format(per_minute)} a minute; come back in {wait} s."
        headers = {**self._told(left, per_minute), "retry-after": str(wait)}
        return Explained(429, "rate_limited", detail, headers=headers)


def together(*told: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of several buckets that one request was taken from: each header is a list (RFC 9651)."""
    names = dict.fromkeys(name for headers in told for name in headers)
    return {name: ", ".join(headers[name] for headers in told if name in headers) for name in names}
