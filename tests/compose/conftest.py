"""Whole stacks of containers, each in a Compose project of its own on free ports of 127.0.0.1."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from wiredesk.stack import Stack

PROVIDERS = "".join(f'[{name}]\nlanguage = "en"\n' for name in ("alpha", "beta", "gamma"))


StartStack = Callable[..., Stack]


@pytest.fixture(scope="session")
def images(repository: Path) -> None:
    """Every image, built from this tree."""
    environ = {**os.environ, "WIREDESK_TAG": "test", "POSTGRES_PASSWORD": "-", "GATEWAY_SIGNING_KEY": "-"}
    built = subprocess.run(
        ["docker", "compose", "build", "--quiet"], cwd=repository, env=environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert built.returncode == 0, built.stderr


@pytest.fixture(scope="module")
def start_stack(images: None, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartStack]:
    """Starts stacks; all are taken down at the end of the module."""
    stacks: list[Stack] = []

    def start(
        *up: str, overlays: Sequence[str] = (), ca: Path | None = None, providers: str = "", **environ: Any
    ) -> Stack:
        folder = tmp_path_factory.mktemp("stack")
        file = folder / "providers.toml"
        file.write_text(PROVIDERS + (repository / "samples/providers.toml").read_text() + providers, encoding="utf-8")
        folder.chmod(0o755)
        stack = Stack(repository, folder, overlays, {"PROVIDERS_FILE": str(file), **environ}, ca)
        stacks.append(stack)
        stack.up(*up)
        return stack

    yield start
    for stack in stacks:
        stack.close()
