"""How Kafka is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.failures import Misconfigured
from wiredesk_core.settings import SharedSettings


def test_nothing_set_is_clear_text_without_a_name() -> None:
    assert BrokerAccess("here:9092").options() == {"bootstrap_servers": "here:9092", "security_protocol": "PLAINTEXT"}


def test_a_user_and_a_password_go_to_every_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SECURITY": "SASL_PLAINTEXT", "USER": "indexing", "PASSWORD": "hush"}.items():
        monkeypatch.setenv(f"WIREDESK_BROKER_{name}", value)
    access = BrokerAccess.of(SharedSettings())
    assert access.options() == {
        "bootstrap_servers": "127.0.0.1:9092",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "indexing",
        "sasl_plain_password": "hush",
    }


def test_a_password_is_never_shown() -> None:
    assert "hush" not in repr(BrokerAccess("here:9092", "SASL_SSL", user="indexing", password="hush"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"security": "SASL_SSL"}, "WIREDESK_BROKER_USER and WIREDESK_BROKER_PASSWORD"),
        ({"security": "SASL_SSL", "user": "me"}, "WIREDESK_BROKER_PASSWORD"),
        ({"user": "me", "password": "hush"}, "would not send it"),
        ({"security": "ssl"}, "it is one of"),
        ({"security": "SSL", "certificate": Path("mine.crt")}, "go together"),
    ],
)
def test_what_cannot_go_together_is_said_at_once(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        BrokerAccess("here:9092", **settings)


@pytest.mark.parametrize("bootstrap", ["here", "here:9092,there", "", "here:port"])
def test_an_address_without_a_port_is_said_at_once(bootstrap: str) -> None:
    with pytest.raises(Misconfigured, match="HOST:PORT"):
        BrokerAccess(bootstrap)


def test_an_authority_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"missing\.crt"):
        BrokerAccess("here:9092", "SSL", ca=tmp_path / "missing.crt").options()
