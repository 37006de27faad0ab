"""Who may do what in Kafka: least privilege, worked out from the topic table, and given by an operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import CreateAclsRequest

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.lag import GROUPLESS
from wiredesk_core.failures import BrokerDown, Misconfigured
from wiredesk_core.topics import Topic

Kind = Literal["topic", "group"]
Operation = Literal["read", "write", "describe", "describe_configs"]

WATCHER = "ingest"
"""The service that looks at the lag of all groups, so that it can hold pushes back."""

# Numbers of Kafka's protocol (ResourceType, AclOperation, AclPermissionType, PatternType).
_KINDS: dict[Kind, int] = {"topic": 2, "group": 3}
_OPERATIONS: dict[Operation, int] = {"read": 3, "write": 4, "describe": 8, "describe_configs": 10}
_ALLOW = 3
_LITERAL = 3
_ANY_HOST = "*"


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One right of one service. Reading and writing bring describing with them."""

    service: str
    kind: Kind
    name: str
    operation: Operation


def grants(topics: Sequence[Topic]) -> tuple[Grant, ...]:
    """Every right that the table asks for, and none besides; in order."""
    given: set[Grant] = set()
    for topic in topics:
        given |= {Grant(service, "topic", topic.name, "write") for service in topic.producers}
        given |= {Grant(service, "topic", topic.name, "read") for service in topic.consumers}
        readers = [service for service in topic.consumers if service not in GROUPLESS]
        given |= {Grant(service, "group", topic.group(service), "read") for service in readers}
        given |= {
            Grant(service, "topic", topic.name, "describe_configs") for service in {*topic.producers, *topic.consumers}
        }
        given.add(Grant(WATCHER, "topic", topic.name, "describe"))
        given |= {Grant(WATCHER, "group", topic.group(service), "describe") for service in readers}
    return tuple(sorted(given))


async def give(access: BrokerAccess, wanted: Sequence[Grant]) -> None:
    """Give rights; giving one again changes nothing. Raises Misconfigured when we may not, BrokerDown without a broker."""
    client = AIOKafkaClient(**access.options())
    try:
        await client.bootstrap()
        for grant in wanted:
            node = client.get_random_node()
            answer = await client.send(node, _request(grant))
            for code, message in answer.creation_responses:
                if code:
                    raise Misconfigured(f"Kafka does not let {access.user or 'us'} give rights: {message} ({code})")
    except (KafkaError, OSError) as broken:
        raise BrokerDown(f"The broker at {access.bootstrap} did not answer: {broken}") from broken
    finally:
        await client.close()


def _request(grant: Grant) -> CreateAclsRequest:
    return CreateAclsRequest(
        _KINDS[grant.kind],
        grant.name,
        _LITERAL,
        f"User:{grant.service}",
        _ANY_HOST,
        _OPERATIONS[grant.operation],
        _ALLOW,
    )
