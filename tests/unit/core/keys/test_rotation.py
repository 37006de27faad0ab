"""A key changes its secret while it is in use, and says when it was used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Refused
from wiredesk_core.keys import KeyRing, authenticate, mint_key, rotate_key, store_key, stored_keys, uses
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.testing import NOON, make_item

HOUR = timedelta(hours=1)


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry(FixedClock(NOON))


async def test_both_secrets_open_while_a_rotation_is_carried_out_and_then_only_the_new_one(
    registry: MemoryRegistry,
) -> None:
    old, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key)
    new, rotated = await rotate_key(registry, key.key_id, NOON, HOUR)
    assert (rotated.key_id, rotated.scopes) == (key.key_id, key.scopes)
    for token in (old, new):
        assert (await authenticate(registry, f"Bearer {token}", NOON)).key_id == key.key_id
    assert await authenticate(registry, f"Bearer {new}", NOON + HOUR) == rotated
    with pytest.raises(Refused) as late:
        await authenticate(registry, f"Bearer {old}", NOON + HOUR)
    assert (late.value.status, late.value.code) == (401, "key_unknown")


async def test_a_second_rotation_ends_the_first_secret_at_once(registry: MemoryRegistry) -> None:
    oldest, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key)
    await rotate_key(registry, key.key_id, NOON, HOUR)
    await rotate_key(registry, key.key_id, NOON, HOUR)
    with pytest.raises(Refused):
        await authenticate(registry, f"Bearer {oldest}", NOON)


async def test_an_overlap_has_its_bounds_and_a_key_has_to_exist(registry: MemoryRegistry) -> None:
    _, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key)
    for overlap in (timedelta(seconds=-1), timedelta(days=91)):
        with pytest.raises(Refused) as refused:
            await rotate_key(registry, key.key_id, NOON, overlap)
        assert refused.value.status == 400
    with pytest.raises(Refused) as unknown:
        await rotate_key(registry, "0000", NOON, HOUR)
    assert unknown.value.status == 404
    assert await stored_keys(registry) == (key,)


async def test_an_empty_secret_is_not_the_former_one_of_a_key_that_was_never_rotated(registry: MemoryRegistry) -> None:
    _, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key.model_copy(update={"former_until": NOON + HOUR}))
    with pytest.raises(Refused):
        await authenticate(registry, f"Bearer wd_{key.key_id}_", NOON)


async def test_a_ring_notes_that_a_key_is_used_once_a_minute(registry: MemoryRegistry) -> None:
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key)
    ring = KeyRing(registry)
    assert await uses(registry) == {}
    with pytest.raises(Refused):
        await ring.authenticate(f"Bearer {token}x", NOON)
    assert await uses(registry) == {}
    for seconds in (0, 10, 70):
        await ring.authenticate(f"Bearer {token}", NOON + timedelta(seconds=seconds))
        told = (await uses(registry))[key.key_id]
        assert told.startswith("2026" if seconds < 60 else f"{NOON + timedelta(seconds=70):%Y-%m-%dT%H:%M:%S}")


def test_a_key_reaches_what_its_filter_lets_through_and_nothing_that_is_silent_about_it() -> None:
    _, key = mint_key(name="app", scopes=["items:read"], now=NOON, languages=["en"], genres=["sport"], types=["text"])
    assert key.is_filtered
    fits = make_item(language="en-GB", genre="sport")
    assert key.reaches(fits)
    for change in ({"language": "fr"}, {"language": None}, {"genre": None}, {"genre": "culture"}, {"type": "picture"}):
        assert not key.reaches(fits.model_copy(update=change)), change


def test_what_is_told_of_a_key_holds_no_hash() -> None:
    _, key = mint_key(name="app", scopes=["items:read"], now=NOON)
    assert key.secret_sha256 not in str(key.told())
    assert not any(name.endswith("sha256") for name in key.told())
