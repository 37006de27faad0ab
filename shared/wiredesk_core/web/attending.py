"""Lets go of connections whose callers do not send on. Uvicorn bounds neither how long a request may come nor its head."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

LARGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers. One that never ends is cut a read of the socket later."""
LEAST_BYTES = 1024
"""Of a body, from one look to the next: less, and it would never be whole."""


class AttendedHttp(HttpToolsProtocol):
    """HTTP/1.1, looked at every `stalled` seconds: whoever brought no request further since the last look is let go.

    Who waits for an answer or still takes it, who is not read from because the service is busy, and who rests between
    two requests (Uvicorn's keep-alive bounds that) is none of those.
    """

    stalled = 30.0
    _look: asyncio.TimerHandle | None = None
    _moved = False
    _whole = False
    _body = 0
    _untold = 0
    """Bytes since the parser told of anything that is whole: a head, chunk extensions or trailers without end."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as Uvicorn has it
        """A caller has come."""
        super().connection_made(transport)
        self._look = self.loop.call_later(self.stalled, self._attend)

    def connection_lost(self, exc: Exception | None) -> None:
        """He is gone."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request, or of several."""
        self._untold += len(data)
        super().data_received(data)
        if self._untold > LARGEST_HEAD:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._moved, self._whole, self._untold = True, False, 0

    def on_headers_complete(self) -> None:
        """Its head is whole. Raises ValueError for one that is too large, which Uvicorn answers with 400."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            raise ValueError
        super().on_headers_complete()
        self._moved, self._body, self._untold = True, 0, 0

    def on_body(self, body: bytes) -> None:
        """Some of its body."""
        super().on_body(body)
        self._body += len(body)
        self._untold = 0

    def on_message_complete(self) -> None:
        """All of it is there."""
        super().on_message_complete()
        self._moved, self._whole, self._untold = True, True, 0

    def _attend(self) -> None:
        waits = self._waits_for_us()
        if waits or self._moved or self._body >= LEAST_BYTES:
            self._moved, self._body = waits, 0
            self._look = self.loop.call_later(self.stalled, self._attend)
        else:
            self.transport.abort()

    def _waits_for_us(self) -> bool:
        """Whether it is not the caller's turn."""
        cycle: RequestResponseCycle | None = self.cycle
        return (
            (cycle is not None and not cycle.response_complete and (self._whole or cycle.waiting_for_100_continue))
            or self.flow.read_paused
            or self.transport.get_write_buffer_size() > 0
            or self.timeout_keep_alive_task is not None
        )


def attended(stalled: float) -> type[asyncio.Protocol]:
    """The protocol, with so many seconds between looks."""
    return type("Attended", (AttendedHttp,), {"stalled": stalled})
