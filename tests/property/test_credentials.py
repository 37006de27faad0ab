"""Whatever is changed about a credential, it opens nothing; only itself does."""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Refused
from wiredesk_core.keys import KeyRing, mint_key, store_key
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.testing import NOON
from wiredesk_ingest.signing import seal_of

SECRET, BODY = b"a key of northwire, of 32 bytes!", b"A headline\n\nA text."
ANYTHING = st.one_of(st.text(max_size=80), st.sampled_from(["", " ", "\t", "é", "ａ", "\u0430", "\x00", "=", "_", ","]))


def changed(text: str, data: st.DataObject) -> str:
    """The text with something cut out of it and something else put in; never the text itself."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    other = text[:start] + data.draw(ANYTHING) + text[end:]
    assume(other != text)
    return other


def authenticated(header: str) -> int:
    """What a ring that knows the token's key answers to a header: 200, or the status of its refusal."""

    async def ask() -> None:
        registry = MemoryRegistry(FixedClock(NOON))
        await store_key(registry, KEY)
        await KeyRing(registry).authenticate(header, NOON)

    return status_of(ask())


def status_of(asked: Coroutine[Any, Any, None]) -> int:
    """200, or the status of a refusal, whose text must not repeat what was shown."""
    try:
        asyncio.run(asked)
    except Refused as refused:
        return refused.status if TOKEN not in str(refused) else 500
    return 200


TOKEN, KEY = mint_key(name="desk", scopes=["items:read"], now=NOON)


def test_the_token_itself_opens() -> None:
    assert authenticated(f"Bearer {TOKEN}") == 200


@given(st.data())
def test_no_other_token_does(data: st.DataObject) -> None:
    other = changed(TOKEN, data)
    assume(other.strip() != TOKEN)  # blanks around a header's value are none of it (RFC 9110, 5.5)
    assert authenticated(f"Bearer {other}") == 401


@given(st.data())
def test_no_other_word_before_it_does(data: st.DataObject) -> None:
    scheme = changed("Bearer", data)
    assume(scheme.strip().casefold() != "bearer")
    assert authenticated(f"{scheme} {TOKEN}") == 401


def signed(message_id: str = "msg_1", body: bytes = BODY) -> dict[str, str]:
    """The headers of a push that is signed now."""
    timestamp = str(int(NOON.timestamp()))
    mac = hmac.digest(SECRET, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def pushed(headers: Mapping[str, str], body: bytes = BODY) -> int:
    """What becomes of a push with these headers: 200, or the status of its refusal."""

    async def pass_by() -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield body

        seal = seal_of(headers, [SECRET], NOON)
        async for _ in seal.watch(chunks()):
            pass
        seal.check()

    return status_of(pass_by())


def test_the_signature_itself_is_believed() -> None:
    assert pushed(signed()) == 200


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp"])
@given(data=st.data())
def test_no_other_id_or_time_is(header: str, data: st.DataObject) -> None:
    headers = signed()
    other = changed(headers[header], data)
    same_moment = header == "webhook-timestamp" and other.lstrip("0") == headers[header]
    assume(not same_moment)
    assert pushed({**headers, header: other}) == 401


@given(data=st.data())
def test_no_other_signature_is(data: st.DataObject) -> None:
    headers = signed()
    other = changed(headers["webhook-signature"], data)
    assume(not set(seal_of(headers, [SECRET], NOON).signatures) & set(told_in(headers, other)))
    assert pushed({**headers, "webhook-signature": other}) == 401


def told_in(headers: Mapping[str, str], signature: str) -> tuple[bytes, ...]:
    """The signatures of a header: several may be told, and base64 spells some bytes in more than one way."""
    return seal_of({**headers, "webhook-signature": signature}, [SECRET], NOON).signatures


@given(st.binary(max_size=60))
def test_no_other_body_is(body: bytes) -> None:
    assume(body != BODY)
    assert pushed(signed(), body) == 401
