"""Makes the broker's topics what the topic table says, or refuses to go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.failures import BrokerDown, Misconfigured
from wiredesk_core.topics import Topic

NO_ERROR = 0
REQUEST_MS = 15_000
VISIBLE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ActualTopic:
    """A topic as the broker has it."""

    partitions: int
    config: Mapping[str, str]


async def ensure_topics(access: BrokerAccess, topics: Sequence[Topic], *, replication: int = 1) -> tuple[str, ...]:
    """Create the topics that are missing and check the others; gives the names of those it created.

    Raises Misconfigured when a topic differs from the table, BrokerDown when the broker does not answer.
    """
    async with _admin(access) as admin:
        present = await _present(admin, topics)
        missing = [topic for topic in topics if topic.name not in present]
        created = await _create(admin, missing, replication)
        present |= await _visible(admin, missing)
    if wrong := differences(present, topics):
        raise Misconfigured("The broker's topics differ from the topic table: " + "; ".join(wrong))
    return created


async def check_topics(access: BrokerAccess, topics: Sequence[Topic]) -> tuple[str, ...]:
    """What is missing or differs, as sentences; nothing is changed."""
    async with _admin(access) as admin:
        return differences(await _present(admin, topics), topics)


def differences(present: Mapping[str, ActualTopic], topics: Iterable[Topic]) -> tuple[str, ...]:
    """How the broker's topics differ from the table's, one sentence each, with how to mend it."""
    return tuple(sentence for topic in topics for sentence in _compare(topic, present.get(topic.name)))


def _compare(topic: Topic, actual: ActualTopic | None) -> list[str]:
    if actual is None:
        return [f"{topic.name} is missing (create it with {topic.partitions} partitions)"]
    wrong = []
    if actual.partitions != topic.partitions:
        wrong.append(
            f"{topic.name} has {actual.partitions} partitions instead of {topic.partitions} (keys would change their "
            "partition: move its records to a new topic, do not add partitions)"
        )
    for name, value in topic.config.items():
        if (found := actual.config.get(name)) != value:
            wrong.append(f"{topic.name} has {name}={found} instead of {value} (kafka-configs.sh --alter sets it)")
    return wrong


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


async def _present(admin: Any, topics: Sequence[Topic]) -> dict[str, ActualTopic]:
    """Those of the topics that exist, with the settings that the table speaks about."""
    wanted = {topic.name for topic in topics}
    described = await admin.describe_topics()
    partitions = {entry["topic"]: len(entry["partitions"]) for entry in described if entry["topic"] in wanted}
    if not partitions:
        return {}
    configs = await _configs(admin, [topic for topic in topics if topic.name in partitions])
    return {name: ActualTopic(number, configs.get(name, {})) for name, number in partitions.items()}


async def _visible(admin: Any, topics: Sequence[Topic]) -> dict[str, ActualTopic]:
    """The topics once the broker shows them: that follows their creation after a moment."""
    deadline = monotonic() + VISIBLE_SECONDS
    while len(present := await _present(admin, topics)) < len(topics):
        if monotonic() > deadline:
            raise BrokerDown(f"Topics were created but did not show up within {VISIBLE_SECONDS:.0f} s")
        await asyncio.sleep(0.05)
    return present


async def _configs(admin: Any, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=dict.fromkeys(topic.config)) for topic in topics
    ]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(asked):
        for error, message, _kind, name, entries in response.resources:
            _raise_for(error, f"settings of {name} cannot be read: {message}")
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


async def _create(admin: Any, topics: Sequence[Topic], replication: int) -> tuple[str, ...]:
    """Create topics; one that another process creates at the same moment is left to the check."""
    if not topics:
        return ()
    response = await admin.create_topics(
        [NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.config) for topic in topics]
    )
    # The client does not raise for a topic that could not be created: its code has to be looked at.
    created = []
    for name, error, message in response.topic_errors:
        if error == TopicAlreadyExistsError.errno:
            continue
        _raise_for(error, f"{name} could not be created: {message}")
        created.append(name)
    return tuple(created)


def _raise_for(code: int, sentence: str) -> None:
    if code == NO_ERROR:
        return
    failure = for_code(code)
    if failure.retriable:
        raise BrokerDown(f"{sentence} ({failure.__name__})")
    raise Misconfigured(f"{sentence} ({failure.__name__})")
