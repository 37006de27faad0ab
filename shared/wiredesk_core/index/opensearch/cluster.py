"""Reaching OpenSearch: the URL, the client, and which of its failures may pass."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionError,  # noqa: A004  # the client's own
    NotFoundError,
    SSLError,
    TransportError,
)

from wiredesk_core.failures import Failure, Misconfigured, StoreBusy

REQUEST_SECONDS = 15
PREFIX = "wiredesk"
MAY_PASS = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where OpenSearch is and how it is asked: `opensearch:https://USER:PASSWORD@HOST:9200?ca=FILE&prefix=NAME`."""

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str | None = None
    prefix: str = PREFIX

    @classmethod
    def of(cls, url: str) -> Cluster:
        """Read a URL. Raises Misconfigured when it names no host, or holds what is not known."""
        parts = urlsplit(url.partition(":")[2])
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in {"http", "https"} or not parts.hostname or set(options) - {"ca", "prefix"}:
            raise Misconfigured(
                "the index's URL cannot be read: write opensearch:https://HOST:9200?ca=FILE&prefix=NAME"
            )
        return cls(
            host=parts.hostname,
            port=parts.port or 9200,
            tls=parts.scheme == "https",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            ca=options.get("ca"),
            prefix=options.get("prefix", PREFIX),
        )

    @property
    def where(self) -> str:
        """As it may be told: without user and password."""
        return f"{self.host}:{self.port}"

    def client(self) -> AsyncOpenSearch:
        """A client; it connects with its first request and never repeats one by itself."""
        return AsyncOpenSearch(
            hosts=[{"host": self.host, "port": self.port}],
            use_ssl=self.tls,
            ssl_context=self._context() if self.tls else None,
            http_auth=(self.user, self.password) if self.user else None,
            timeout=REQUEST_SECONDS,
            max_retries=0,
            retry_on_timeout=False,
        )

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as wrong:
            raise Misconfigured(f"TLS to OpenSearch cannot be set up from {self.ca}: {wrong}") from wrong


@contextlib.contextmanager
def busy_told(where: str) -> Iterator[None]:
    """Turns what may pass into StoreBusy and what only an operator can mend into Misconfigured; the rest stays."""
    try:
        yield
    except (AuthenticationException, AuthorizationException) as refused:
        raise Misconfigured(f"OpenSearch at {where} does not let us in: check the index's URL") from refused
    except SSLError as refused:
        raise Misconfigured(f"TLS to OpenSearch at {where} fails: check ca and the host's name") from refused
    except NotFoundError as missing:
        raise StoreBusy(f"OpenSearch at {where} has no index yet: its writer makes it at its start") from missing
    except ConnectionError as away:
        raise StoreBusy(f"OpenSearch at {where} does not answer: {type(away).__name__}") from away
    except TransportError as error:
        raise _told(error, where) from error


def _told(error: TransportError, where: str) -> Failure | TransportError:
    if error.status_code in MAY_PASS:
        return StoreBusy(f"OpenSearch at {where}: {error.status_code} {error.error}")
    return error
