"""The same stack with nothing in clear: TLS everywhere, users and rights in Kafka."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wiredesk_core.lifecycle import Standing

pytestmark = [pytest.mark.compose, pytest.mark.slow]

DECIDED_SECONDS = 300.0
INTRUDE = """
import asyncio, sys
from aiokafka.errors import KafkaError
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.failures import Failure
from wiredesk_core.messages import Outgoing
from wiredesk_core.settings import SharedSettings

async def intrude(topic):
    publisher = KafkaPublisher(BrokerAccess.of(SharedSettings()), client_id="intruder", deadline=15)
    try:
        await publisher.publish([Outgoing(topic, b"key", b"value", {})])
    except Failure as refused:
        print(type(refused).__name__, refused)
    else:
        print("taken")
    finally:
        await publisher.close()

asyncio.run(intrude(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def certificates(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the overlay wants it, made as an operator would who tries it out."""
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([repository / "deploy/secure/certificates", folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def stack(start_stack: Any, certificates: Path) -> Any:
    return start_stack(overlays=["secure"], ca=certificates / "ca.crt", CERTIFICATES=str(certificates))


def test_wider_and_hurt_in_mid_stream_nothing_is_lost_or_doubled_although_nothing_goes_in_clear(
    stack: Any, wires: ModuleType
) -> None:
    made = wires.make_wires(seed=31, stories=240)
    wider = ("up", "-d", "--no-recreate", "--scale", "enrichment=3", "--scale", "indexing=2", "enrichment", "indexing")
    journal = wires.push_while(
        stack,
        made,
        {
            1: lambda: stack.compose(*wider),
            3: lambda: stack.kill("indexing"),
            5: lambda: stack.compose("restart", "--timeout", "20", "kafka"),
        },
    )
    decided = stack.wait_decided(journal, DECIDED_SECONDS)
    assert {receipt for receipt, found in decided.items() if len(found) != 1} == set()
    wires.assert_dispositions_add_up(journal, {receipt: found[0] for receipt, found in decided.items()})
    should = wires.expected(made)
    assert wires.served_now(stack) == {uri: state for uri, state in should.items() if state[0] is Standing.open}
    wires.wait_followed(stack, "alpha", should)


@pytest.mark.parametrize(
    ("service", "own", "foreign"),
    [
        ("ingest", "item.accepted", "item.changed"),
        ("gateway", None, "item.accepted"),
        ("enrichment", "item.enriched", "wire.received"),
        ("indexing", "item.changed", "item.enriched"),
    ],
)
def test_a_service_is_refused_on_a_topic_that_is_not_its_own(
    stack: Any, service: str, own: str | None, foreign: str
) -> None:
    refused = stack.compose("exec", "-T", service, "python3", "-c", INTRUDE, foreign)
    assert refused.splitlines()[-1].startswith("Misconfigured"), refused
    assert foreign in refused
    if own is not None:
        assert stack.compose("exec", "-T", service, "python3", "-c", INTRUDE, own).strip() == "taken"


@pytest.mark.parametrize(("host", "port"), [("kafka", 9092), ("kafka", 9094), ("postgres", 5432), ("opensearch", 9200)])
def test_no_store_speaks_in_clear(stack: Any, host: str, port: int) -> None:
    say = {
        "kafka": "b'\\x00\\x00\\x00\\x14\\x00\\x12\\x00\\x00\\x00\\x00\\x00\\x01\\x00\\x0aintruder!!'",
        "postgres": "b'\\x00\\x00\\x00\\x17\\x00\\x03\\x00\\x00user\\x00wiredesk\\x00\\x00'",
        "opensearch": "b'GET / HTTP/1.0\\r\\n\\r\\n'",
    }[host]
    ask = f"import socket; s = socket.create_connection(('{host}', {port}), 5); s.settimeout(5); s.sendall({say})"
    ask += "\ntry:\n    print(s.recv(200))\nexcept OSError as broken:\n    print(repr(broken))"
    heard = stack.compose("exec", "-T", "gateway", "python3", "-c", ask)
    assert "version" not in heard
    assert "200 OK" not in heard
    if host == "postgres":
        assert "no encryption" in heard


def test_down_leaves_nothing(stack: Any) -> None:
    stack.down()
    assert stack.remains() == ""
