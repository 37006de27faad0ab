"""What the gatekeeper sees of the load."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.lag import Lag, LagGauge, LagWatch, Reading
from wiredesk_core.failures import Refused
from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.gatekeeper import Gatekeeper

BOUNDS = Bounds(backlog=100, enrichment_backlog=1000, in_flight=1000)


def watch_of(*readings: Reading) -> LagWatch:
    watch = LagWatch(LagGauge(BrokerAccess("127.0.0.1:1")))
    watch.before, watch.newest = readings
    return watch


def reading(at: float, waiting: int, done: int) -> Reading:
    return Reading(
        at, {("indexing", "item.accepted"): Lag({0: waiting}, done), ("enrichment", "item.accepted"): Lag({0: 5}, done)}
    )


def test_the_backlog_is_that_of_the_slowest_way_and_the_rate_what_it_acknowledged() -> None:
    load = Gatekeeper(BOUNDS, watch_of(reading(10, 70, 100), reading(12, 50, 140))).load(12.5)
    assert (load.backlog, load.enrichment_backlog, load.drained_per_second) == (50, 5, 20)


def test_an_old_reading_says_nothing() -> None:
    load = Gatekeeper(BOUNDS, watch_of(reading(10, 70, 100), reading(12, 500, 140))).load(100)
    assert load.backlog is None


def test_bytes_count_as_long_as_they_are_on_their_way() -> None:
    keeper = Gatekeeper(BOUNDS)
    with keeper.carrying(800):
        keeper.admit()
        with keeper.carrying(800), pytest.raises(Refused) as refused:
            keeper.admit()
        assert (refused.value.status, refused.value.code) == (429, "in_flight")
    keeper.admit()


def test_a_full_disk_is_told_by_its_name_and_a_folder_not_made_yet_is_no_fault(tmp_path: Path) -> None:
    Gatekeeper(BOUNDS, disks={"later": tmp_path / "later"}).admit()
    keeper = Gatekeeper(Bounds(disk_free=1.0), disks={"archive": tmp_path})
    with pytest.raises(Refused, match="archive") as refused:
        keeper.admit()
    assert refused.value.status == 507
    assert refused.value.retry_after


def test_what_is_told_is_what_waits_how_fast_it_goes_and_what_is_refused(tmp_path: Path) -> None:
    at = time.monotonic()
    keeper = Gatekeeper(BOUNDS, watch_of(reading(at - 2, 700, 100), reading(at, 500, 140)), {"archive": tmp_path})
    with pytest.raises(Refused):
        keeper.admit()
    told = keeper.told(at + 0.5)
    assert told["lag"]["indexing: item.accepted"] == {"waiting": 500, "per_second": 20.0}
    assert told["lag_read_seconds_ago"] == 0.5
    assert told["refuses"] == ["backlog"]
    assert 0 < told["disk_free"]["archive"] < 1
