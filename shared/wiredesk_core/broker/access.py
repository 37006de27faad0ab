"""How Kafka is reached: where it is, whether it speaks TLS, and who is asking."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from aiokafka.conn import create_conn
from aiokafka.errors import AuthenticationFailedError, KafkaError

from wiredesk_core.failures import Misconfigured
from wiredesk_core.settings import SharedSettings

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
CHECK_MS = 5_000
MECHANISM = "SCRAM-SHA-512"
"""The one way of proving a name that needs neither a directory nor the password on the wire."""


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """All that a client of Kafka has to know. Raises Misconfigured for what cannot go together."""

    bootstrap: str
    security: Security = "PLAINTEXT"
    ca: Path | None = None
    """PEM file of the authorities that are trusted; None takes the machine's."""
    certificate: Path | None = None
    key: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.security not in get_args(Security):
            raise Misconfigured(
                f"WIREDESK_BROKER_SECURITY={self.security}: it is one of {', '.join(get_args(Security))}"
            )
        if self.uses_sasl and not (self.user and self.password):
            raise Misconfigured(f"{self.security} needs WIREDESK_BROKER_USER and WIREDESK_BROKER_PASSWORD")
        if self.user and not self.uses_sasl:
            raise Misconfigured(f"WIREDESK_BROKER_USER is set, but {self.security} would not send it: use SASL_SSL")
        if not all(server.rpartition(":")[2].isdecimal() for server in self.bootstrap.split(",")):
            raise Misconfigured(f"WIREDESK_BROKER={self.bootstrap}: write HOST:PORT, or several with commas between")
        if bool(self.certificate) != bool(self.key):
            raise Misconfigured("WIREDESK_BROKER_CERTIFICATE and WIREDESK_BROKER_KEY go together")

    @classmethod
    def of(cls, shared: SharedSettings) -> BrokerAccess:
        """As the settings say."""
        return cls(
            bootstrap=shared.broker,
            security=shared.broker_security,
            ca=shared.broker_ca,
            certificate=shared.broker_certificate,
            key=shared.broker_key,
            user=shared.broker_user,
            password=shared.broker_password.get_secret_value(),
        )

    @property
    def uses_sasl(self) -> bool:
        """Whether a user and a password are sent."""
        return self.security.startswith("SASL")

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted and the broker has to prove its name."""
        return self.security.endswith("SSL")

    def tls(self) -> ssl.SSLContext | None:
        """What the broker's certificate is checked with. Raises Misconfigured when a file cannot be read."""
        if not self.uses_tls:
            return None
        try:
            context = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as wrong:
            files = ", ".join(str(file) for file in (self.ca, self.certificate, self.key) if file)
            raise Misconfigured(f"TLS to Kafka cannot be set up from {files}: {wrong}") from wrong
        return context

    def options(self) -> dict[str, Any]:
        """Keyword arguments of every aiokafka client."""
        plain: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.security}
        if self.uses_tls:
            plain["ssl_context"] = self.tls()
        if self.uses_sasl:
            plain |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return plain


async def refusal_told(access: BrokerAccess) -> None:
    """Raises Misconfigured when a broker is there but will not have us: a client's own bootstrap does not tell why."""
    host, _, port = access.bootstrap.partition(",")[0].rpartition(":")
    options = {name: value for name, value in access.options().items() if name != "bootstrap_servers"}
    try:
        connection = await create_conn(host, int(port), request_timeout_ms=CHECK_MS, **options)
    except AuthenticationFailedError as refused:
        raise Misconfigured(
            f"Kafka at {access.bootstrap} does not accept the user {access.user!r} with this password: "
            "check WIREDESK_BROKER_USER and WIREDESK_BROKER_PASSWORD"
        ) from refused
    except ssl.SSLError as refused:
        raise Misconfigured(
            f"TLS to Kafka at {access.bootstrap} fails ({refused.reason}): check WIREDESK_BROKER_CA and the host's name"
        ) from refused
    except (KafkaError, OSError, TimeoutError):
        return
    connection.close()
