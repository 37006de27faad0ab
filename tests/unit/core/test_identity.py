"""Names that must never change."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from wiredesk_core.identity import item_id_of, new_receipt_id, receipt_id_for, sha256_of
from wiredesk_core.testing import NOON


def test_an_item_id_is_the_same_today_as_ever() -> None:
    assert item_id_of("harbour", "urn:newsml:harbour.example:20260304:ferry") == "sy3mq3t2ruojslltjxreegobwr"


@pytest.mark.parametrize(("scope", "uri"), [("a", "b"), ("Größe", "http://x.example/?q=1&r=%2F"), ("a", "b" * 9_000)])
def test_an_item_id_is_safe_in_paths_and_keys(scope: str, uri: str) -> None:
    assert re.fullmatch(r"[a-z2-7]{26}", item_id_of(scope, uri))


def test_scopes_keep_equal_uris_apart() -> None:
    assert item_id_of("harbour", "story-1") != item_id_of("island", "story-1")
    assert item_id_of("harbour", "story-1") != item_id_of("harbour", "story-2")


def test_a_wire_is_named_by_its_bytes() -> None:
    assert sha256_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_of(b"a\r\n") != sha256_of(b"a\n")


def test_a_receipt_id_is_a_version_7_uuid_of_its_moment() -> None:
    made = uuid.UUID(new_receipt_id(NOON))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(NOON.timestamp() * 1000)
    assert str(made) == str(made).lower()


def test_receipt_ids_sort_by_time_and_never_repeat() -> None:
    made = [new_receipt_id(NOON + timedelta(milliseconds=tick)) for tick in range(500)]
    assert made == sorted(made)
    assert len({new_receipt_id(NOON) for _ in range(2_000)}) == 2_000


def test_the_same_key_of_the_same_provider_gives_the_same_receipt() -> None:
    assert receipt_id_for("harbour", "key-1") == receipt_id_for("harbour", "key-1")
    assert receipt_id_for("harbour", "key-1") != receipt_id_for("island", "key-1")
    assert receipt_id_for("harbour", "key-1") != receipt_id_for("harbour", "key-2")
    assert uuid.UUID(receipt_id_for("harbour", "key-1")).hex
