"""Where a feed may be fetched from: over http and https, on public addresses, from the hosts that are allowed.

A name is looked up and checked at the moment of connecting, so that one which changes its address in between gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from wiredesk_core.failures import Transient

EMBEDDED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
"""Networks whose addresses hold an IPv4 address in their last 32 bits (RFC 6052, RFC 4291)."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotFetched(Transient):
    """A feed did not answer, or not in a way that can be used. `retry_after` in seconds, if the server named a time."""

    def __init__(self, why: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Reach:
    """How far ingest may reach. hosts: these and what is below them, empty for any. private: also addresses inside."""

    hosts: Collection[str] = field(default_factory=tuple)
    private: bool = False

    def check(self, url: str) -> None:
        """Raises NotFetched for an address that may not be asked."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in {"http", "https"} or not host:
            raise NotFetched(f"{parts.scheme or 'no scheme'}: only http and https addresses are asked")
        if parts.username is not None or parts.password is not None:
            raise NotFetched("the address holds a user or a password: give them by the key `authorization`")
        if self.hosts and not any(host == allowed or host.endswith(f".{allowed}") for allowed in self.hosts):
            raise NotFetched(f"{host} is not among INGEST_POLL_HOSTS")
        literal = _literal(host)
        if literal is not None:
            self.check_address(literal, host)

    def check_address(self, address: Address, host: str) -> None:
        """Raises NotFetched for an address inside, unless those are allowed."""
        if not self.private and not is_public(address):
            raise NotFetched(f"{host} is at {address}, an address inside: INGEST_POLL_PRIVATE=true would allow it")


class CheckedResolver(AbstractResolver):
    """Looks names up, and gives only addresses that may be connected to."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises NotFetched when one of them lies inside: such a name is not to be trusted."""
        found: list[Any] = await asyncio.get_running_loop().getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM
        )
        for *_, place in found:
            self._reach.check_address(ipaddress.ip_address(str(place[0]).partition("%")[0]), host)
        return [
            ResolveResult(hostname=host, host=place[0], port=place[1], family=kind, proto=proto, flags=0)
            for kind, _, proto, _, place in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet's, also where it stands for another one."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> Address | None:
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if any(address in network for network in EMBEDDED) and not address.is_loopback:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _literal(host: str) -> Address | None:
    """The address that a host is written as; also in the short and octal forms that systems understand."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
