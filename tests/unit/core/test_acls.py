"""Rights in Kafka, as the topic table asks for them."""

from __future__ import annotations

import pytest
from wiredesk_core.broker.acls import Grant, grants
from wiredesk_core.topics import TOPICS, Topic


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_only_producers_write_a_topic_and_only_consumers_read_it(topic: Topic) -> None:
    given = [grant for grant in grants(TOPICS) if grant.kind == "topic" and grant.name == topic.name]
    assert {grant.service for grant in given if grant.operation == "write"} == set(topic.producers)
    assert {grant.service for grant in given if grant.operation == "read"} == set(topic.consumers)


def test_a_service_reads_in_no_group_but_its_own() -> None:
    readers = [grant for grant in grants(TOPICS) if grant.kind == "group" and grant.operation == "read"]
    assert readers
    assert all(grant.name in {grant.service, f"{grant.service}.bulk"} for grant in readers)


def test_the_watcher_sees_how_far_every_group_is() -> None:
    for group in ("ingest", "enrichment", "indexing", "ingest.bulk", "enrichment.bulk", "indexing.bulk"):
        assert Grant("ingest", "group", group, "describe") in grants(TOPICS)


def test_nobody_may_change_or_delete() -> None:
    assert {grant.operation for grant in grants(TOPICS)} == {"read", "write", "describe", "describe_configs"}
