"""Where deeds are kept: beside the Registry. `AUDITS` maps the Registry URL's scheme to the adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wiredesk_core.deeds import Audit
from wiredesk_core.embedded import file_of
from wiredesk_core.failures import Misconfigured
from wiredesk_core.settings import split_url


class OpenAudit(Audit, Protocol):
    """An Audit that holds something to let go of."""

    async def close(self) -> None:
        """Let go of files and connections; calling it again changes nothing."""
        ...


def _memory(_: str) -> OpenAudit:
    from wiredesk_core.audit.memory import MemoryAudit  # noqa: PLC0415  # only what is used is loaded

    return MemoryAudit()


def _sqlite(path: str) -> OpenAudit:
    from wiredesk_core.audit.sqlite import SqliteAudit  # noqa: PLC0415  # see above

    registry = file_of(path)
    return SqliteAudit(registry.with_name(f"{registry.stem}-audit{registry.suffix}"))


def _postgres(rest: str) -> OpenAudit:
    from wiredesk_core.audit.postgres import PostgresAudit  # noqa: PLC0415  # see above

    return PostgresAudit(f"postgresql:{rest}")


AUDITS: dict[str, Callable[[str], OpenAudit]] = {"memory": _memory, "sqlite": _sqlite, "postgresql": _postgres}


def open_audit(registry_url: str) -> OpenAudit:
    """The Audit that belongs to the Registry of that URL: in the same database, or in a file beside its file."""
    scheme, rest = split_url(registry_url)
    if scheme not in AUDITS:
        raise Misconfigured(f"no audit goes by {scheme!r}: it is one of {', '.join(f'{name}:' for name in AUDITS)}")
    return AUDITS[scheme](rest)
