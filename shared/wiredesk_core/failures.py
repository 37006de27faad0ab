"""Everything that can go wrong, in one tree.

Failure
├── Unreadable          a wire that no parser can read: quarantined at once, with a code and how to mend it
├── Poison              a record that can never be handled: quarantined at once
├── Transient           a store, broker or pool that may come back: retried in place, then the process ends
│   ├── BrokerDown
│   └── StoreBusy
├── Conflict            somebody else changed the item first: read again and try again
├── Misconfigured       a setting that cannot work: said at start, never guessed around
└── Refused             a request that must not be done, with the HTTP status that says so
"""

from __future__ import annotations


class Failure(Exception):
    """Root of all failures that Wiredesk raises on purpose."""


class Unreadable(Failure):
    """A wire cannot be read. `code` is stable (it names the quarantine), `detail` says what, where, how to mend."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Poison(Unreadable):
    """A record of an inner topic cannot be handled, now or ever."""


class Transient(Failure):
    """Something outside is not answering; the same work may succeed later."""


class BrokerDown(Transient):
    """The broker did not confirm a record in time."""


class StoreBusy(Transient):
    """A store is locked or unreachable."""


class Conflict(Failure):
    """A compare-and-set lost against another writer."""


class Misconfigured(Failure):
    """A setting that cannot work; the message says which one and how to mend it."""


class Refused(Failure):
    """A request that is not carried out. `status` and `code` end up in the problem+json answer."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
