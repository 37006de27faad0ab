"""How commands reach a desk: the one on this machine unless another is named, with its key unless another is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx
from wiredesk_core.failures import Failure, Refused

from wiredesk.keyring import read_key
from wiredesk.places import DeskFolder
from wiredesk.running import is_running, read_note

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
REQUEST_SECONDS = 30.0
TRY_AGAIN = frozenset({429, 502, 503, 504})
"""Answers that may be others in a moment; 507 (disk full) is none of them."""
ATTEMPTS = 6


class Unreachable(Failure):
    """Nobody answers, or not as a desk does."""


class Problem(Refused):
    """What a service says is wrong; `told` is its problem+json."""

    def __init__(self, status: int, code: str, detail: str, told: Mapping[str, Any]) -> None:
        super().__init__(status, code, detail)
        self.told = told


@dataclass(frozen=True, slots=True)
class Address:
    """A service and the key to it."""

    url: str
    key: str


def address_of(service: str, folder: DeskFolder, url: str | None, key: str | None) -> Address:
    """The address given, or else that of the desk on this machine. Raises Unreachable with what to do."""
    note = read_note(folder)
    if url is None:
        if note is None or not is_running(folder):
            raise Unreachable(
                f"No desk runs on {folder.root}: start one with `wiredesk up`, or name another with --url or --data."
            )
        url = str(getattr(note, service))
    token = key or read_key(folder)
    if token is None:
        raise Unreachable(f"There is no key in {folder.root}: give one with --key or in WIREDESK_KEY.")
    return Address(url.rstrip("/"), token)


class Connection:
    """HTTP to one service, with its key; problems become Failures that say what and where."""

    def __init__(
        self,
        address: Address,
        *,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = address.url
        self._pause = pause
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {address.key}"},
            timeout=REQUEST_SECONDS,
            transport=transport,
            trust_env=httpx.URL(address.url).host not in LOCAL_HOSTS,  # a proxy does not lead to this machine
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """A GET that succeeded. Raises Refused with the problem otherwise."""
        return self.request("GET", path, params=params)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request that succeeded; tried again while the other side is only busy. `path` may be a whole URL."""
        url = path if path.startswith("http") else f"{self.url}{path}"
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                response = self._client.request(method, url, **more)
            except httpx.TransportError as broken:
                if last:
                    raise Unreachable(
                        f"{url} does not answer ({reason_of(broken)}). Is the desk up? `wiredesk status`"
                    ) from broken
                self._pause(_wait(attempt, None))
                continue
            if response.status_code in TRY_AGAIN and not last:
                self._pause(_wait(attempt, response.headers.get("Retry-After")))
                continue
            if response.is_error:
                raise problem_of(response)
            return response
        raise AssertionError

    def stream(self, path: str, **more: Any) -> Any:
        """An open answer, to be read line by line: a context manager."""
        return self._client.stream("GET", f"{self.url}{path}", **more)


def problem_of(response: httpx.Response) -> Problem:
    """What a service says is wrong, from its problem+json or, failing that, from its status."""
    try:
        told = response.json()
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    detail = str(told.get("detail") or told.get("title") or response.reason_phrase)
    return Problem(response.status_code, str(told.get("code") or "refused"), detail, told)


def _wait(attempt: int, retry_after: str | None) -> float:
    """Seconds until the next attempt: what was asked for, else doubling."""
    if retry_after and retry_after.isdecimal():
        return min(float(retry_after), 30.0)
    return min(0.2 * 2.0**attempt, 5.0)


def reason_of(broken: httpx.TransportError) -> str:
    """Why nobody answered, also when the library has no words for it."""
    return str(broken) or type(broken).__name__
