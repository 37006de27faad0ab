"""A whole stack of containers, for tests and benchmarks: a Compose project of its own on free ports of 127.0.0.1."""

from __future__ import annotations

import os
import secrets
import signal
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from wiredesk.kafka import free_port
from wiredesk.testing import Outside, wait_for

UP_SECONDS = 400.0
COMMAND_SECONDS = 420.0


class Stack(Outside):
    """One Compose project, seen through its published ports and through the engine."""

    def __init__(
        self, repository: Path, folder: Path, overlays: Sequence[str], environ: Mapping[str, str], ca: Path | None
    ) -> None:
        super().__init__(ssl.create_default_context(cafile=str(ca)) if ca else True)
        self.project = f"wiredesk-test-{secrets.token_hex(3)}"
        self._repository = repository
        self._files = [
            "docker-compose.yml",
            *(name if "/" in name else f"deploy/compose.{name}.yml" for name in overlays),
        ]
        self._scheme = "https" if ca else "http"
        self._ports = {service: free_port() for service in ("gateway", "ingest", "prometheus")}
        self._token = ""
        self._secrets = folder / "secrets.env"
        subprocess.run([repository / "deploy/secrets", self._secrets], check=True, capture_output=True)
        self._environ = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "WIREDESK_TAG": "test",
            "HEALTH_INTERVAL": "3s",  # tests wait for health again and again
            "GATEWAY_PORT": str(self._ports["gateway"]),
            "INGEST_PORT": str(self._ports["ingest"]),
            "PROMETHEUS_PORT": str(self._ports["prometheus"]),
            **environ,
        }

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run docker compose on this project; gives what it printed. Fails with its words."""
        files = [word for file in self._files for word in ("-f", file)]
        ran = subprocess.run(
            ["docker", "compose", "--env-file", str(self._secrets), *files, *arguments],
            cwd=self._repository, env=self._environ, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False,
        )  # fmt: skip
        assert not check or ran.returncode == 0, f"compose {' '.join(arguments)}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def up(self, *arguments: str) -> None:
        """Start what is not up yet and wait until all of it is healthy; at the first time, mint a key."""
        try:
            self.compose("up", "--detach", "--wait", "--wait-timeout", str(int(UP_SECONDS)), *arguments)
        except AssertionError as failed:
            raise AssertionError(f"{failed}\n{self.compose('logs', '--tail', '30', check=False)[-15000:]}") from failed
        if not self._token:
            mint = ("python3", "-m", "wiredesk_core.minting", "--name", "tests")
            self._token = self.compose("exec", "-T", "gateway", *mint).strip()

    def down(self) -> None:
        """Stop and forget everything."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "30")

    def remains(self) -> str:
        """Containers, volumes and networks of this project that the engine still knows."""
        label = f"label=com.docker.compose.project={self.project}"
        listed = [("ps", "--all"), ("volume", "ls"), ("network", "ls")]
        return "".join(docker(*words, "--quiet", "--filter", label) for words in listed).strip()

    def containers(self, service: str) -> list[str]:
        """Ids of the running replicas of a service."""
        return self.compose("ps", "--quiet", "--status", "running", service).split()

    def kill(self, service: str) -> None:
        """SIGKILL from outside to one replica's first process, which the engine takes for a crash; waits for its return.

        `docker kill` would count as an operator's wish, after which the engine restarts nothing.
        """
        container = self.containers(service)[0]
        before = inspected(container, "{{.RestartCount}}")
        os.kill(int(inspected(container, "{{.State.Pid}}")), signal.SIGKILL)
        healthy = "{{.RestartCount}} {{.State.Health.Status}}"
        wait_for(
            lambda: (now := inspected(container, healthy).split())[0] != before and now[1] == "healthy",
            f"{service} is back", 120,
        )  # fmt: skip

    def address(self, service: str) -> str:
        """The published port."""
        return f"{self._scheme}://localhost:{self._ports[service]}"

    @property
    def token(self) -> str:
        """The key minted at the first start."""
        return self._token

    def close(self) -> None:
        """Take everything down, however it stands."""
        super().close()
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "10", check=False)


def docker(*arguments: str) -> str:
    """What the engine's command printed."""
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def inspected(container: str, form: str) -> str:
    """One thing that the engine knows of a container."""
    return docker("inspect", "--format", form, container).strip()
