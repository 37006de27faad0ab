"""Makes the broker's topics what the topic table says, or refuses to go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.failures import BrokerDown, Misconfigured
from wiredesk_core.topics import Topic

NO_ERROR = 0
OF_THE_TOPIC = 1
"""Kafka's ConfigSource of a setting that was given to one topic, not inherited."""
REQUEST_MS = 15_000
VISIBLE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ActualTopic:
    """A topic as the broker has it."""

    partitions: int
    config: Mapping[str, str]
    """The settings that the table speaks of, and those that somebody gave to this topic alone."""
    copies: int
    """Of the partition that has the fewest."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that tells the broker from the table. `refuse`: nobody may do it by a command."""

    kind: Literal["create", "alter", "refuse"]
    topic: Topic
    sentence: str


async def ensure_topics(access: BrokerAccess, topics: Sequence[Topic], *, replication: int = 1) -> tuple[str, ...]:
    """Create the topics that are missing and check the others; gives the names of those it created.

    Raises Misconfigured when a topic differs from the table, BrokerDown when the broker does not answer.
    """
    steps = await apply_plan(access, topics, replication=replication, alter=False)
    return tuple(step.topic.name for step in steps if step.kind == "create")


async def check_topics(access: BrokerAccess, topics: Sequence[Topic], *, replication: int = 1) -> tuple[str, ...]:
    """What is missing or differs, as sentences; nothing is changed."""
    return tuple(step.sentence for step in await plan_topics(access, topics, replication=replication))


async def require_topics(access: BrokerAccess, topics: Sequence[Topic], *, replication: int = 1) -> None:
    """For a service at its start. Raises Misconfigured when what it writes or reads is not as in the table."""
    if wrong := await check_topics(access, topics, replication=replication):
        raise Misconfigured(f"The broker's topics differ from the topic table: {'; '.join(wrong)}")


async def plan_topics(access: BrokerAccess, topics: Sequence[Topic], *, replication: int = 1) -> tuple[Step, ...]:
    """What would have to be done; nothing is changed."""
    async with _admin(access) as admin:
        return plan(await _present(admin, topics, replication), topics, replication)


async def apply_plan(
    access: BrokerAccess, topics: Sequence[Topic], *, replication: int = 1, alter: bool = True
) -> tuple[Step, ...]:
    """Create what is missing and, if asked, set what differs; gives what was done.

    Raises Misconfigured, having changed nothing, when something is left that must not be changed.
    """
    async with _admin(access) as admin:
        actual = await _present(admin, topics, replication)
        steps = plan(actual, topics, replication)
        refused = [step for step in steps if step.kind == "refuse" or (step.kind == "alter" and not alter)]
        if refused:
            raise Misconfigured(
                "The broker's topics differ from the topic table: " + "; ".join(step.sentence for step in refused)
            )
        missing = [step.topic for step in steps if step.kind == "create"]
        created = await _create(admin, missing, replication)
        present = await _visible(admin, missing, replication)
        await _alter(admin, [step.topic for step in steps if step.kind == "alter"], actual, replication)
    if wrong := [step.sentence for step in plan(present, missing, replication)]:
        raise Misconfigured("The broker's topics differ from the topic table: " + "; ".join(wrong))
    return tuple(step for step in steps if step.kind != "create" or step.topic.name in created)


def plan(present: Mapping[str, ActualTopic], topics: Iterable[Topic], replication: int = 1) -> tuple[Step, ...]:
    """How the broker's topics differ from the table's, a step each, with how to mend it."""
    return tuple(step for topic in topics for step in _compare(topic, present.get(topic.name), replication))


def _compare(topic: Topic, actual: ActualTopic | None, replication: int) -> list[Step]:
    if actual is None:
        return [Step("create", topic, f"{topic.name} is missing (create it with {topic.partitions} partitions)")]
    steps = []
    if actual.partitions != topic.partitions:
        wrong = (
            f"{topic.name} has {actual.partitions} partitions instead of {topic.partitions} (keys would change their "
        )
        wrong += "partition: move its records to a new topic, do not add partitions)"
        steps.append(Step("refuse", topic, wrong))
    if actual.copies < replication:
        wrong = f"{topic.name} has {actual.copies} copies instead of {replication} (kafka-reassign-partitions.sh adds copies)"
        steps.append(Step("refuse", topic, wrong))
    differing = {name: value for name, value in topic.config(replication).items() if actual.config.get(name) != value}
    if differing:
        told = ", ".join(f"{name}={actual.config.get(name)} instead of {value}" for name, value in differing.items())
        steps.append(Step("alter", topic, f"{topic.name} has {told} (wiredesk topics apply sets it)"))
    return steps


@asynccontextmanager
async def _admin(access: BrokerAccess) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(**access.options(), request_timeout_ms=REQUEST_MS)
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError) as broken:
        raise BrokerDown(f"The broker at {access.bootstrap} did not answer: {broken}") from broken
    finally:
        await admin.close()


async def _present(admin: Any, topics: Sequence[Topic], replication: int) -> dict[str, ActualTopic]:
    """Those of the topics that exist, with the settings that the table speaks about."""
    wanted = {topic.name for topic in topics}
    described = await admin.describe_topics()
    found = {entry["topic"]: entry["partitions"] for entry in described if entry["topic"] in wanted}
    if not found:
        return {}
    configs = await _configs(admin, [topic for topic in topics if topic.name in found], replication)
    return {
        name: ActualTopic(len(partitions), configs.get(name, {}), min(len(one["replicas"]) for one in partitions))
        for name, partitions in found.items()
    }


async def _visible(admin: Any, topics: Sequence[Topic], replication: int) -> dict[str, ActualTopic]:
    """The topics once the broker shows them: that follows their creation after a moment."""
    deadline = monotonic() + VISIBLE_SECONDS
    while len(present := await _present(admin, topics, replication)) < len(topics):
        if monotonic() > deadline:
            raise BrokerDown(f"Topics were created but did not show up within {VISIBLE_SECONDS:.0f} s")
        await asyncio.sleep(0.05)
    return present


async def _configs(admin: Any, topics: Sequence[Topic], replication: int) -> dict[str, dict[str, str]]:
    told = {topic.name: topic.config(replication) for topic in topics}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in told]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(asked):
        for error, message, _kind, name, entries in response.resources:
            _raise_for(error, f"settings of {name} cannot be read: {message}")
            found[name] = {
                setting: value
                for setting, value, _, source, *_ in entries
                if source == OF_THE_TOPIC or setting in told[name]
            }
    return found


async def _create(admin: Any, topics: Sequence[Topic], replication: int) -> tuple[str, ...]:
    """Create topics; one that another process creates at the same moment is left to the check."""
    if not topics:
        return ()
    response = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.config(replication))
            for topic in topics
        ]
    )
    # The client does not raise for a topic that could not be created: its code has to be looked at.
    created = []
    for name, error, message in response.topic_errors:
        if error == TopicAlreadyExistsError.errno:
            continue
        _raise_for(error, f"{name} could not be created: {message}")
        created.append(name)
    return tuple(created)


async def _alter(admin: Any, topics: Sequence[Topic], actual: Mapping[str, ActualTopic], replication: int) -> None:
    """Set what the table says. The request replaces all settings of a topic, so those that it has go along."""
    if not topics:
        return
    wanted = [
        ConfigResource(ConfigResourceType.TOPIC, t.name, configs={**actual[t.name].config, **t.config(replication)})
        for t in topics
    ]
    for response in await admin.alter_configs(wanted):
        for error, message, _kind, name in response.resources:
            _raise_for(error, f"settings of {name} could not be changed: {message}")


def _raise_for(code: int, sentence: str) -> None:
    if code == NO_ERROR:
        return
    failure = for_code(code)
    if failure.retriable:
        raise BrokerDown(f"{sentence} ({failure.__name__})")
    raise Misconfigured(f"{sentence} ({failure.__name__})")
