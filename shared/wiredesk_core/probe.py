"""Asks a service of this machine how it is: the health check of a container.

It runs every few seconds in every replica, and importing an HTTP client would cost more than all the rest: a bare socket.

`python -m wiredesk_core.probe PORT` exits 0 when /readyz answers 200. With `--end-stuck` it also looks at /healthz:
where that says that the service is stuck, it asks the container's first process to stop, so that the engine starts
it anew; an engine by itself only notes that a container is unhealthy.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence

SECONDS = 4.0
STUCK = 503
LONGEST = 256
"""Bytes of the status line that are read."""
FIRST_PROCESS = 1

Ask = Callable[[int, str], int]
"""Port and path to an HTTP status; 0 when nobody answers."""


def status_of(port: int, path: str) -> int:
    """What a service on this machine answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), SECONDS) as line:
            line.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            first = line.makefile("rb").readline(LONGEST)
    except OSError:
        return 0
    told = first.split()
    return int(told[1]) if first.startswith(b"HTTP/") and len(told) > 1 and told[1].isdigit() else 0


def probe(port: int, ask: Ask, end: Callable[[], None] | None = None) -> int:
    """Exit code of the check: 0 ready, 1 not. `end` is called where the service says that it is stuck."""
    if end is not None and ask(port, "/healthz") == STUCK:
        end()
    return 0 if ask(port, "/readyz") == 200 else 1


def main(arguments: Sequence[str]) -> int:
    """The command: a port, and perhaps `--end-stuck`."""
    end = (lambda: os.kill(FIRST_PROCESS, signal.SIGTERM)) if "--end-stuck" in arguments else None
    return probe(int(arguments[0]), status_of, end)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
