"""Where small shared facts live. `REGISTRIES` maps a URL's scheme to the adapter that keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from wiredesk_core.embedded import file_of
from wiredesk_core.failures import Misconfigured
from wiredesk_core.ports import Clock, Registry
from wiredesk_core.settings import split_url


class OpenRegistry(Registry, Protocol):
    """A Registry that holds something to let go of."""

    async def close(self) -> None:
        """Let go of files and connections; calling it again changes nothing."""
        ...


class _MachineClock:
    """For callers with no clock of their own: clocks are adapters too, and adapters do not import each other."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def _memory(_: str, clock: Clock) -> OpenRegistry:
    from wiredesk_core.registry.memory import MemoryRegistry  # noqa: PLC0415  # only what is used is loaded

    return MemoryRegistry(clock)


def _sqlite(path: str, clock: Clock) -> OpenRegistry:
    from wiredesk_core.registry.sqlite import SqliteRegistry  # noqa: PLC0415  # see above

    return SqliteRegistry(file_of(path), clock)


def _postgres(rest: str, clock: Clock) -> OpenRegistry:
    from wiredesk_core.registry.postgres import PostgresRegistry  # noqa: PLC0415  # see above

    return PostgresRegistry(f"postgresql:{rest}", clock)


REGISTRIES: dict[str, Callable[[str, Clock], OpenRegistry]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "postgresql": _postgres,
}


def open_registry(url: str, clock: Clock | None = None) -> OpenRegistry:
    """The Registry at `memory:`, `sqlite:PATH` (a file that several processes may share) or `postgresql://…`.

    The clock (the machine's, unless another is given) says what has expired.
    """
    scheme, rest = split_url(url)
    if scheme not in REGISTRIES:
        raise Misconfigured(
            f"no registry goes by {scheme!r}: it is one of {', '.join(f'{name}:' for name in REGISTRIES)}"
        )
    return REGISTRIES[scheme](rest, clock or _MachineClock())
