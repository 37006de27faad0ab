"""What runs in a parsing process: wires in, outcomes out, one for one."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

from wiredesk_core.agents.stage import Outcome

from wiredesk_ingest.framing import pack_outcome, unpack_wire
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.stage import read_record, reject

_profiles: dict[str, Profile] = {}
"""The profiles of this process; a spawned worker has nowhere else to keep what `prepare` was given."""
CONTAINER_SECONDS = 10.0
_container_seconds = [CONTAINER_SECONDS]


def prepare(profiles_toml: str, nice: int = 0, container_seconds: float = CONTAINER_SECONDS) -> None:
    """Get a new worker process ready; profiles travel as TOML text, so that nothing has to be pickled.

    container_seconds: of CPU, for all wires in one container.
    """
    os.nice(nice)
    _container_seconds[:] = [container_seconds]
    _profiles.clear()
    _profiles.update(read_profiles(profiles_toml))


def work(payloads: list[bytes]) -> list[bytes]:
    """An outcome for each packed wire, in order."""
    return [pack_outcome(_outcome(payload)) for payload in payloads]


def _outcome(payload: bytes) -> Outcome:
    """A fault of ours on one wire must not cost the others of its chunk their outcomes."""
    headers, value, now = unpack_wire(payload)
    try:
        return read_record(headers, value, _profiles, now, _allowance(_container_seconds[0]))
    except Exception as fault:
        where = traceback.extract_tb(fault.__traceback__)[-1]
        detail = f"{type(fault).__qualname__}: {fault} (in {where.name})"
        rejected = reject(headers, None, f"unexpected_{type(fault).__name__}", detail, now)
        return replace(rejected, unexpected=True)


def _allowance(seconds: float) -> Callable[[], bool]:
    """Whether this process has used so much CPU since now."""
    end = time.process_time() + seconds
    return lambda: time.process_time() >= end
