"""Run a command that dies together with the process that asked for it: `python tether.py PARENT_PID COMMAND…`.

It stands alone (no other module is imported) so that it costs a few milliseconds, and replaces itself by the command.
Only Linux can tie the two together; elsewhere the command runs all the same and ends by the ordinary stop.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent ends; it survives exec."""


def tie_to_parent(parent_pid: int) -> None:
    """Ask the kernel to kill this process when its parent ends, whatever ends it."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent_pid:  # it ended before the call above
        os._exit(1)


def tethered(command: list[str]) -> list[str]:
    """The command line that runs a command tied to the calling process."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


if __name__ == "__main__":
    tie_to_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the caller's own command, no shell
