"""Providers that write to Kafka themselves have a topic each, which they alone may write."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiredesk_core.broker.acls import Grant, grants
from wiredesk_core.broker.inbound import inbound_topics, whole_table
from wiredesk_core.broker.lag import pairs
from wiredesk_core.failures import Misconfigured
from wiredesk_core.topics import TOPICS

FILE = "[northwire]\ninbound = true\n[kestrel]\ninbound = false\n[demo]\n"


def test_a_provider_with_inbound_has_a_topic() -> None:
    assert [topic.name for topic in inbound_topics(FILE)] == ["wire.inbound.northwire"]
    assert inbound_topics("") == ()


def test_only_the_provider_writes_it_and_only_ingest_reads_it() -> None:
    given = {grant for grant in grants(inbound_topics(FILE)) if grant.operation in {"read", "write"}}
    assert given == {
        Grant("northwire", "topic", "wire.inbound.northwire", "write"),
        Grant("ingest", "topic", "wire.inbound.northwire", "read"),
        Grant("ingest", "group", "ingest", "read"),
    }


def test_its_lag_is_told_like_any_other() -> None:
    assert ("ingest", "wire.inbound.northwire") in pairs((*TOPICS, *inbound_topics(FILE)))


def test_a_service_without_the_file_knows_the_fixed_topics(tmp_path: Path) -> None:
    assert whole_table(None) == whole_table(tmp_path / "none.toml") == TOPICS
    (tmp_path / "providers.toml").write_text(FILE)
    assert len(whole_table(tmp_path / "providers.toml")) == len(TOPICS) + 1


def test_a_file_that_cannot_be_read_is_said() -> None:
    with pytest.raises(Misconfigured, match="not TOML"):
        inbound_topics("[a")
