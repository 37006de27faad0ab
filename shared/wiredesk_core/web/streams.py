"""Answers without a known end, for readers who may stop reading."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Message, Send


class Stream(StreamingResponse):
    """Bytes as they come. Whoever takes nothing for `patience` seconds is let go, and what it holds is given back."""

    def __init__(
        self, chunks: AsyncGenerator[bytes, None], patience: float, headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(chunks, headers=headers, media_type=media_type)
        self._chunks = chunks
        self._patience = patience

    async def stream_response(self, send: Send) -> None:
        """As Starlette's; a reader that is too slow raises TimeoutError, which Starlette takes for one that has gone."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        async with contextlib.aclosing(self._chunks):
            await super().stream_response(send_in_time)
