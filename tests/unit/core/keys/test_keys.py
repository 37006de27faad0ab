from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import pytest
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Conflict, Refused, StoreBusy
from wiredesk_core.keys import (
    KIND,
    Key,
    KeyRing,
    authenticate,
    mint_key,
    read_token,
    require,
    revoke_key,
    store_key,
    stored_keys,
)
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.testing import NOON, after


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry(FixedClock(NOON))


def refusal(refused: pytest.ExceptionInfo[Refused]) -> tuple[int, str]:
    return refused.value.status, refused.value.code


async def test_a_minted_key_opens_once_it_is_stored(registry: MemoryRegistry) -> None:
    token, key = mint_key(name="desk", scopes=["items:read"], providers=["harbour"], now=NOON, expires=after(60))
    with pytest.raises(Refused) as refused:
        await authenticate(registry, f"Bearer {token}", NOON)
    assert refusal(refused) == (401, "key_unknown")
    await store_key(registry, key)
    assert await authenticate(registry, f"Bearer {token}", NOON) == key
    assert await stored_keys(registry) == (key,)


async def test_the_secret_is_nowhere_but_in_the_token(registry: MemoryRegistry) -> None:
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key)
    secret = read_token(f"Bearer {token}").secret
    assert len(secret) >= 43  # 256 bits in base64
    entry = await registry.get(KIND, key.key_id)
    assert secret not in repr(entry)
    assert secret not in repr(key)
    assert key.secret_sha256 not in repr(key)
    assert token == f"wd_{key.key_id}_{secret}"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Bearer", "key_malformed"),
        ("Bearer wd_only", "key_malformed"),
        ("Bearer xx_0123_secret", "key_malformed"),
        ("Token wd_0123_secret", "key_malformed"),
        ("Bearer wd_0123_" + "s" * 300, "key_malformed"),
        ("Bearer wd_0123_secret", "key_unknown"),
        ("Bearer wd_0123_\udcff", "key_unknown"),
    ],
)
async def test_without_any_key_nothing_opens(registry: MemoryRegistry, header: str | None, code: str) -> None:
    with pytest.raises(Refused) as refused:
        await authenticate(registry, header, NOON)
    assert refusal(refused) == (401, code)


async def test_a_known_id_with_another_secret_looks_like_an_unknown_id(registry: MemoryRegistry) -> None:
    _, key = mint_key(name="desk", scopes=["items:read"], now=NOON, expires=after(-1))
    await store_key(registry, key)
    with pytest.raises(Refused) as wrong:
        await authenticate(registry, f"Bearer wd_{key.key_id}_guess", NOON)
    with pytest.raises(Refused) as unknown:
        await authenticate(registry, "Bearer wd_0000_guess", NOON)
    assert (refusal(wrong), str(wrong.value)) == (refusal(unknown), str(unknown.value))


async def test_a_key_ends_at_its_moment(registry: MemoryRegistry) -> None:
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON, expires=after(10))
    await store_key(registry, key)
    assert await authenticate(registry, f"Bearer {token}", after(9)) == key
    with pytest.raises(Refused) as refused:
        await authenticate(registry, f"Bearer {token}", after(10))
    assert refusal(refused) == (401, "key_expired")


async def test_a_damaged_entry_opens_nothing(registry: MemoryRegistry) -> None:
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await registry.put(KIND, key.key_id, {"secret_sha256": key.secret_sha256}, expected=None)
    with pytest.raises(Refused):
        await authenticate(registry, f"Bearer {token}", NOON)
    assert await stored_keys(registry) == ()


async def test_an_id_is_stored_once(registry: MemoryRegistry) -> None:
    _, key = mint_key(name="desk", scopes=[], now=NOON)
    await store_key(registry, key)
    with pytest.raises(Conflict):
        await store_key(registry, key)


def test_an_unknown_scope_is_not_minted() -> None:
    with pytest.raises(Refused) as refused:
        mint_key(name="desk", scopes=["items:read", "everything"], now=NOON)
    assert refusal(refused) == (400, "unknown_scope")


def test_a_key_is_held_to_its_scopes_and_providers() -> None:
    _, everywhere = mint_key(name="all", scopes=["wires:write"], now=NOON)
    _, harbour = mint_key(name="one", scopes=["wires:write"], providers=["harbour"], now=NOON)
    require(everywhere, "wires:write", "kestrel")
    require(harbour, "wires:write", "harbour")
    for key, scope, provider, code in (
        (everywhere, "items:read", None, "scope_missing"),
        (harbour, "wires:write", "kestrel", "provider_not_allowed"),
    ):
        with pytest.raises(Refused) as refused:
            require(key, scope, provider)  # type: ignore[arg-type]
        assert refusal(refused) == (403, code)


async def test_a_ring_remembers_for_seconds_only(registry: MemoryRegistry) -> None:
    ring = KeyRing(registry, keep=timedelta(seconds=3))
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    header = f"Bearer {token}"
    with pytest.raises(Refused):
        await ring.authenticate(header, NOON)
    await store_key(registry, key)
    assert await ring.authenticate(header, NOON) == key
    assert await revoke_key(registry, key.key_id)
    assert await ring.authenticate(header, NOON + timedelta(seconds=2)) == key
    for late in (timedelta(seconds=3), timedelta(hours=-1)):
        with pytest.raises(Refused) as refused:
            await ring.authenticate(header, NOON + late)
        assert refusal(refused) == (401, "key_unknown")
    assert not await revoke_key(registry, key.key_id)


async def test_a_ring_checks_secret_and_expiry_of_what_it_remembers(registry: MemoryRegistry) -> None:
    ring = KeyRing(registry)
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON, expires=NOON + timedelta(seconds=1))
    await store_key(registry, key)
    assert await ring.authenticate(f"Bearer {token}", NOON) == key
    with pytest.raises(Refused) as wrong:
        await ring.authenticate(f"Bearer {token}x", NOON)
    assert refusal(wrong) == (401, "key_unknown")
    with pytest.raises(Refused) as expired:
        await ring.authenticate(f"Bearer {token}", NOON + timedelta(seconds=2))
    assert refusal(expired) == (401, "key_expired")


async def test_a_ring_holds_only_so_many(registry: MemoryRegistry) -> None:
    ring = KeyRing(registry, most=2)
    keys: list[tuple[str, Key]] = [mint_key(name=str(n), scopes=[], now=NOON) for n in range(4)]
    for token, key in keys:
        await store_key(registry, key)
        await ring.authenticate(f"Bearer {token}", NOON)
    assert len(ring._known) == 2


class Unwritable(MemoryRegistry):
    """Reads, and cannot write now."""

    async def put(self, *_: object, **__: object) -> NoReturn:
        raise StoreBusy("the disk is slow")


async def test_a_key_opens_also_where_its_use_cannot_be_noted() -> None:
    registry, (token, key) = Unwritable(FixedClock(NOON)), mint_key(name="desk", scopes=["items:read"], now=NOON)
    await MemoryRegistry.put(registry, KIND, key.key_id, key.kept(), expected=None)
    assert await KeyRing(registry).authenticate(f"Bearer {token}", NOON) == key
