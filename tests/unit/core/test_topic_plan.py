"""What would have to be done to make the broker's topics as the table has them."""

from __future__ import annotations

from dataclasses import replace

from wiredesk_core.broker.topic_admin import ActualTopic, plan
from wiredesk_core.topics import ITEM_ACCEPTED, TOPICS, topics_of


def as_it_should(replication: int = 1) -> dict[str, ActualTopic]:
    return {topic.name: ActualTopic(topic.partitions, topic.config(replication), replication) for topic in TOPICS}


def test_nothing_is_left_to_do_where_all_is_as_in_the_table() -> None:
    assert plan(as_it_should(), TOPICS) == ()


def test_what_is_missing_is_created() -> None:
    (step,) = plan({name: t for name, t in as_it_should().items() if name != "item.accepted"}, TOPICS)
    assert (step.kind, step.topic) == ("create", ITEM_ACCEPTED)


def test_another_setting_is_altered_and_both_values_are_told() -> None:
    present = as_it_should()
    present["item.accepted"] = replace(
        present["item.accepted"], config={**ITEM_ACCEPTED.config(), "retention.ms": "1000"}
    )
    (step,) = plan(present, TOPICS)
    assert step.kind == "alter"
    assert "retention.ms=1000 instead of 604800000" in step.sentence


def test_partitions_are_never_changed_by_a_command() -> None:
    (step,) = plan(as_it_should() | {"item.accepted": ActualTopic(3, ITEM_ACCEPTED.config(), 1)}, TOPICS)
    assert step.kind == "refuse"
    assert "3 partitions instead of 12" in step.sentence


def test_three_copies_ask_for_two_that_are_in_step() -> None:
    lax = {topic.name: ActualTopic(topic.partitions, topic.config(1), copies=3) for topic in TOPICS}
    assert {step.kind for step in plan(lax, TOPICS, replication=3)} == {"alter"}
    assert plan(as_it_should(3), TOPICS, replication=3) == ()


def test_a_service_checks_the_topics_that_it_writes_or_reads() -> None:
    assert {topic.name for topic in topics_of("enrichment")} == {
        "item.accepted", "item.enriched", "wire.quarantined", "layers.wanted", "item.enriched.bulk",
    }  # fmt: skip


def test_copies_that_are_missing_are_said_and_left_to_the_operator() -> None:
    single = {name: ActualTopic(topic.partitions, topic.config, copies=1) for name, topic in as_it_should(3).items()}
    steps = plan(single, TOPICS, 3)
    assert {step.kind for step in steps} == {"refuse"}
    assert len(steps) == len(TOPICS)
    assert "has 1 copies instead of 3" in steps[0].sentence
