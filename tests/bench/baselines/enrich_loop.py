"""Bare loop: the enrichment chain in spawned processes and nothing else. Run with FILE WORKERS CHUNK EMBEDDING; prints JSON."""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from wiredesk_enrichment import worker


def prepare(ready: Barrier, embedding: str) -> None:
    """Load the models and wait for the others."""
    worker.prepare(embedding=embedding)
    ready.wait()


def main(items: Path, workers: int, chunk: int, embedding: str) -> None:
    """Enrich the items of an NDJSON file; loading the models is not counted."""
    lines = items.read_bytes().splitlines()
    chunks = [lines[at : at + chunk] for at in range(0, len(lines), chunk)]
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Barrier(workers + 1)
    with spawning.Pool(workers, prepare, [ready, embedding]) as pool:
        ready.wait()
        started = time.perf_counter()
        done = sum(len(results) for results in pool.imap(worker.work, chunks))
        print(json.dumps({"stories": done, "seconds": time.perf_counter() - started}))
        pool.close()
        pool.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
