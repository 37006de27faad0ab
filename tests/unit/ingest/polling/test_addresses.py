"""Where a feed may be fetched from."""

from __future__ import annotations

import ipaddress

import pytest
from wiredesk_ingest.polling.addresses import CheckedResolver, NotFetched, Reach, is_public

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "::7f00:1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://a.example/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("http://", "only http and https"),
        ("https://me:word@a.example/", "user or a password"),
        ("http://127.0.0.1/", "an address inside"),
        ("http://[::1]/", "an address inside"),
        ("http://2130706433/", "an address inside"),
        ("http://127.1/", "an address inside"),
        ("http://0177.0.0.1/", "an address inside"),
        ("http://169.254.169.254/latest", "INGEST_POLL_PRIVATE"),
    ],
)
def test_what_may_not_be_asked_is_said_before_anything_is_connected(url: str, why: str) -> None:
    with pytest.raises(NotFetched, match=why):
        Reach().check(url)


def test_a_list_of_hosts_lets_in_those_and_what_is_below_them() -> None:
    reach = Reach(("harbour.example",))
    reach.check("https://harbour.example/")
    reach.check("https://news.harbour.example./")
    for stranger in ("https://notharbour.example/", "https://harbour.example.thief.example/"):
        with pytest.raises(NotFetched, match="INGEST_POLL_HOSTS"):
            reach.check(stranger)


async def test_a_name_that_stands_for_an_address_inside_is_not_connected_to() -> None:
    with pytest.raises(NotFetched, match="localhost is at"):
        await CheckedResolver(Reach()).resolve("localhost", 80)
    assert await CheckedResolver(Reach(private=True)).resolve("localhost", 80)
