"""What every test may ask for: the one real broker of the session."""

from __future__ import annotations

import importlib.util
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import psycopg
import pytest
from psycopg import sql
from wiredesk.kafka import Broker
from wiredesk.places import cache_folder
from wiredesk_core.broker.access import BrokerAccess


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One real Kafka for all tests of a session, on a free port; tests may kill and restart it."""
    broker = Broker(tmp_path_factory.mktemp("kafka"), cache_folder(os.environ))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def kafka(kafka_broker: Broker) -> BrokerAccess:
    """How to reach the session's broker; started again if an earlier test left it dead."""
    if kafka_broker.pid is None:
        kafka_broker.start()
    return BrokerAccess(kafka_broker.bootstrap)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the source tree."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def wires() -> ModuleType:
    """Wires made up by the thousand, and the journal to hold a system against."""
    return file_as_module("made_wires", "e2e/wires.py")


@pytest.fixture(scope="session")
def mutations() -> ModuleType:
    """Golden wires gone wrong, each by its seed."""
    return file_as_module("mutations", "fuzz/mutations.py")


def file_as_module(name: str, path: str) -> ModuleType:
    """What a file beside the tests holds; tests are files, not packages."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A schema of its own on the server that WIREDESK_TEST_POSTGRES names, gone after the test."""
    server = os.environ.get("WIREDESK_TEST_POSTGRES")
    if not server:
        pytest.skip("WIREDESK_TEST_POSTGRES names no PostgreSQL server: `make test-stores` starts one")
    schema = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        yield f"{server}?options=-csearch_path%3D{schema}"
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


@pytest.fixture
def opensearch_url() -> Iterator[str]:
    """Indexes of its own on the cluster that WIREDESK_TEST_OPENSEARCH names, gone after the test."""
    server = os.environ.get("WIREDESK_TEST_OPENSEARCH")
    if not server:
        pytest.skip("WIREDESK_TEST_OPENSEARCH names no OpenSearch cluster: `make test-stores` starts one")
    prefix = f"test-{secrets.token_hex(6)}"
    yield f"opensearch:{server}?prefix={prefix}"
    httpx.delete(f"{server}/{prefix}-open-v1,{prefix}-sealed-v1?ignore_unavailable=true", timeout=30).raise_for_status()
