"""How far behind the consumers of a desk are."""

from __future__ import annotations

from collections.abc import Sequence

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.lag import LagGauge
from wiredesk_core.settings import SharedSettings
from wiredesk_core.topics import TOPICS, Topic


def access_to(bootstrap: str) -> BrokerAccess:
    """A broker by its address, reached as the environment says (TLS, user)."""
    return BrokerAccess.of(SharedSettings(broker=bootstrap))


async def lag_of(access: BrokerAccess, topics: Sequence[Topic] = TOPICS) -> dict[str, int]:
    """`service: topic` → records that wait; of the services that read each topic by the table."""
    gauge = LagGauge(access, topics)
    try:
        reading = await gauge.read()
    finally:
        await gauge.close()
    return {f"{group}: {topic}": lag.total for (group, topic), lag in reading.lags.items()}
