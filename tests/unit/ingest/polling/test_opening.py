"""A poller for each feed that a providers file names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_core.tracing import HandingOn
from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.polling.fetching import Answer, Question
from wiredesk_ingest.polling.opening import hosts_of, pollers_of
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.usage import uncounted

FILE = """
[harbour]
[[harbour.feeds]]
url = "https://harbour.example/feed"
[[harbour.feeds]]
name = "sport"
url = "https://harbour.example/sport"
kind = "token"
authorization = "env:HARBOUR"
[kestrel]
"""


async def unasked(_question: Question) -> Answer:
    raise AssertionError


def opened(house: Any, environ: dict[str, str]) -> Any:
    return pollers_of(
        read_profiles(FILE), fetch=unasked, publisher=house.publisher, registry=house.registry, clock=house.clock,
        gatekeeper=Gatekeeper(Bounds()), tracing=HandingOn(), holder="a", environ=environ, secrets=Path(), count_wire=uncounted,
    )  # fmt: skip


def test_each_feed_has_a_poller_with_its_secret(house: Any) -> None:
    pollers = opened(house, {"HARBOUR": "Bearer x"})
    assert [(poller.name, poller.reader.authorization) for poller in pollers] == [
        ("harbour/main", ""),
        ("harbour/sport", "Bearer x"),
    ]


def test_a_secret_that_is_missing_is_said_at_start(house: Any) -> None:
    with pytest.raises(Misconfigured, match="env:HARBOUR"):
        opened(house, {})


def test_hosts_are_a_list_with_commas() -> None:
    assert hosts_of(" A.example. , b.example,") == ("a.example", "b.example")
    assert hosts_of("") == ()
