"""A whole desk in its own processes, for tests and benchmarks: what `wiredesk up` starts, to push to, look at and kill."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

READY_SECONDS = 90.0
STOP_SECONDS = 20.0


def wait_for(met: Callable[[], Any], what: str, deadline: float) -> Any:
    """The first true answer; fails with `what` after so many seconds."""
    limit = time.monotonic() + deadline
    while time.monotonic() < limit:
        answer = met()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {deadline:g} s: {what}")


class Outside(ABC):
    """A running system, seen through its two doors."""

    def __init__(self, verify: ssl.SSLContext | bool = True) -> None:
        self._client = httpx.Client(timeout=30.0, verify=verify)

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    @abstractmethod
    def address(self, service: str) -> str:
        """Where `gateway` or `ingest` listens."""

    @property
    @abstractmethod
    def token(self) -> str:
        """A key that opens everything."""

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"authorization": f"Bearer {self.token}"}

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Ask the gateway."""
        return self._client.get(self.address("gateway") + path, params=parameters, headers=self.headers)

    def push(
        self, provider: str, body: bytes, content_type: str = "application/json", **headers: str
    ) -> httpx.Response:
        """Push one wire, or an NDJSON batch."""
        return self._client.post(
            f"{self.address('ingest')}/v1/wires/{provider}",
            content=body,
            headers={**self.headers, "content-type": content_type, **headers},
        )

    def push_until_taken(self, provider: str, wires: Sequence[bytes], key: str, deadline: float = 120.0) -> list[str]:
        """Push a batch as a careful client does: the same Idempotency-Key until a 202; gives the receipts' numbers."""
        body = b"\n".join(wires)

        def taken() -> list[str] | None:
            try:
                answer = self.push(provider, body, "application/x-ndjson", **{"idempotency-key": key})
            except httpx.TransportError:
                return None
            if answer.status_code != 202:
                assert answer.status_code in {429, 500, 502, 503, 504}, answer.text
                return None
            return [receipt["receipt_id"] for receipt in answer.json()["receipts"]]

        receipts: list[str] = wait_for(taken, f"the batch {key} is taken", deadline)
        return receipts

    def dispositions(self, receipt_id: str) -> list[str]:
        """What became of the items of a receipt, as far as it is decided and a gateway is there to tell."""
        try:
            answer = self.get(f"/v1/receipts/{receipt_id}")
        except httpx.TransportError:
            return []
        if answer.status_code != 200:
            return []
        return [note["disposition"] for note in answer.json()["notes"] if note.get("disposition")]

    def wait_decided(self, receipts: Iterable[str], deadline: float) -> Mapping[str, list[str]]:
        """Every receipt with what became of it, once all have been decided."""
        decided: dict[str, list[str]] = {}
        waiting = list(receipts)

        def all_decided() -> bool:
            nonlocal waiting
            decided.update({receipt: found for receipt in waiting if (found := self.dispositions(receipt))})
            waiting = [receipt for receipt in waiting if receipt not in decided]
            return not waiting

        wait_for(all_decided, "all receipts are decided", deadline)
        return decided


class Desk(Outside):
    """One running desk of this machine."""

    def __init__(self, folder: Path, providers: Path, workers: int) -> None:
        self.folder = folder
        self.providers = providers
        self._workers = workers
        super().__init__()
        self._process: subprocess.Popen[bytes] | None = None

    def up(self, environ: Mapping[str, str] | None = None) -> None:
        """Start it, with settings of the services in `environ` besides, and wait until every process is ready."""
        command = [sys.executable, "-m", "wiredesk", "up", "--data", str(self.folder), "--port", "0"]
        command += ["--ingest-port", "0", "--providers", str(self.providers), "--workers", str(self._workers)]
        log = (self.folder.parent / "up.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603  # this very project
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **(environ or {})}
        )
        log.close()
        wait_for(self.is_ready, "the desk is ready", READY_SECONDS)

    def down(self) -> float:
        """Ctrl-C; gives the seconds that the stop took."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(STOP_SECONDS)
        self._process = None
        return time.monotonic() - begun

    def close(self) -> None:
        """End it, however it stands."""
        if self._process is not None and self._process.poll() is None:
            self.down()
        super().close()

    def is_ready(self) -> bool:
        """Whether every process of this start is ready."""
        assert self._process is not None
        assert self._process.poll() is None, (self.folder.parent / "up.log").read_text()
        note = self.note()
        if note.get("pid") != self._process.pid or not note["processes"] or not (self.folder / "key").exists():
            return False
        return all(process["state"] == "ready" for process in note["processes"])

    def note(self) -> dict[str, Any]:
        """What the desk says of its processes."""
        try:
            note: dict[str, Any] = json.loads((self.folder / "up.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return note

    def pid(self, name: str) -> int:
        """The process of that name, waiting for its restart if need be."""

        def found() -> int:
            return next((p["pid"] or 0 for p in self.note()["processes"] if p["name"] == name), 0)

        return int(wait_for(found, f"{name} has a process", READY_SECONDS))

    def kill(self, name: str) -> None:
        """SIGKILL one process; waits until another has taken its place."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: self.note()["processes"] and self.pid(name) != pid, f"{name} is replaced", READY_SECONDS)

    def address(self, service: str) -> str:
        """Where a service listens, as the desk noted it."""
        return str(self.note()[service])

    @property
    def token(self) -> str:
        """The key that the desk made at its first start."""
        return (self.folder / "key").read_text().strip()
