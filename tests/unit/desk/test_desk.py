"""Which processes a desk has, and with which settings."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from wiredesk.desk import Plan, Ports, is_ready, run_desk, service_children, service_environ
from wiredesk.kafka import HOST, LISTENING, answers, free_port
from wiredesk.places import DeskFolder
from wiredesk.running import DeskNote
from wiredesk_core.failures import Misconfigured

PORTS = Ports(gateway=8080, ingest=8081, health={"indexing": 9001, "enrichment": 9002})


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(DeskFolder(tmp_path), tmp_path, 0, 0, tmp_path / "providers.toml", "127.0.0.1:9092", 1, 3)


def test_the_gateway_is_stopped_first_and_indexing_last(plan: Plan) -> None:
    names = [child.name for child in service_children(plan, PORTS, "b:1", {})]

    assert list(reversed(names)) == ["gateway", "ingest", "enrichment", "indexing"]


def test_services_find_the_broker_their_stores_and_each_other(plan: Plan) -> None:
    environ = service_environ(plan, PORTS, "b:1", "indexing", {"PATH": "/bin"})

    assert environ["WIREDESK_BROKER"] == "b:1"
    assert environ["WIREDESK_ARCHIVE"] == f"sqlite:{plan.folder.root / 'archive.db'}"
    assert environ["WIREDESK_INDEX"] == f"tantivy:{plan.folder.root / 'index'}"
    assert environ["WIREDESK_INSTANCE"] == "indexing-desk"
    assert environ["WIREDESK_METRICS_PORT"] == "9001"
    assert environ["ENRICHMENT_WORKERS"] == "3"
    assert environ["INGEST_GATEWAY_URL"] == "http://127.0.0.1:8080"
    assert environ["PATH"] == "/bin"


def test_stores_that_the_caller_names_are_used(plan: Plan) -> None:
    caller = {"WIREDESK_ARCHIVE": "sqlite:/elsewhere.db", "WIREDESK_BROKER": "not:this"}

    environ = service_environ(plan, PORTS, "b:1", "gateway", caller)

    assert environ["WIREDESK_ARCHIVE"] == "sqlite:/elsewhere.db"
    assert environ["WIREDESK_BROKER"] == "b:1"


def test_a_folder_is_watched_only_when_asked_for(plan: Plan, tmp_path: Path) -> None:
    watching = replace(plan, watched=tmp_path / "drop")

    assert "INGEST_FOLDER" not in service_environ(plan, PORTS, "b:1", "ingest", {})
    assert service_environ(watching, PORTS, "b:1", "ingest", {})["INGEST_FOLDER"] == str(tmp_path / "drop")


async def test_a_taken_port_is_said_before_anything_starts(plan: Plan) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        (plan.folder.root / "providers.toml").touch()

        with pytest.raises(Misconfigured, match=f"Port {port} on 127.0.0.1 is taken .* with --ingest-port"):
            await run_desk(replace(plan, ingest_port=port), print, ignore)


async def test_a_providers_file_that_is_not_there_is_named(plan: Plan) -> None:
    with pytest.raises(Misconfigured, match=r"There is no providers file .*--providers"):
        await run_desk(plan, print, ignore)


async def test_ready_means_that_readyz_says_200() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readline()
        writer.write(
            b"HTTP/1.0 %b\r\n\r\n" % (b"200 OK" if request.startswith(b"GET /readyz ") and state else b"503 No")
        )
        writer.close()

    state: list[str] = []
    server = await asyncio.start_server(answer, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        assert not await is_ready(port)
        state.append("ready")
        assert await is_ready(port)
    assert not await is_ready(free_port())


def test_a_free_port_is_the_preferred_one_when_nobody_has_it() -> None:
    port = free_port()
    assert free_port(port) == port
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        assert free_port(port) != port


def test_something_else_on_the_port_is_no_broker() -> None:
    with socket.socket() as mute:
        mute.bind((HOST, 0))
        mute.listen()
        assert not answers(f"{HOST}:{mute.getsockname()[1]}", timeout=0.05)
    assert not answers("nonsense")


async def ignore(_note: DeskNote, _stop: asyncio.Event) -> None:
    return


def test_a_free_port_is_none_that_an_outgoing_connection_could_take() -> None:
    assert all(free_port() in LISTENING for _ in range(20))
