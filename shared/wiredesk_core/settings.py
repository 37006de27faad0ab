"""Settings that several services share. Each service reads its own class once, in `__main__`, and passes values down."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

BY_HOST = "@host"
"""Stands for a name made of the service and its host: an engine gives every replica a host name of its own."""


class SharedSettings(BaseSettings):
    """Read from `WIREDESK_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="WIREDESK_", frozen=True, extra="ignore")

    broker: str = Field(default="127.0.0.1:9092", description="Kafka bootstrap servers, host:port,host:port")
    broker_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="How Kafka is spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    )
    broker_ca: Path | None = Field(default=None, description="PEM file of the authorities trusted to name the broker")
    broker_certificate: Path | None = Field(default=None, description="PEM file of our own certificate, if asked for")
    broker_key: Path | None = Field(default=None, description="PEM file of its key")
    broker_user: str = Field(default="", description="Our name in Kafka (SCRAM-SHA-512)")
    broker_password: SecretStr = Field(default=SecretStr(""), description="Our password in Kafka")
    replication: int = Field(default=1, ge=1, description="Copies of each topic that the table asks for")
    archive: str = Field(
        default="sqlite:.wiredesk/archive.db",
        description="Where items live: sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE",
    )
    registry: str = Field(
        default="sqlite:.wiredesk/registry.db", description="Where keys live: sqlite:PATH or postgresql://…"
    )
    index: str = Field(
        default="tantivy:.wiredesk/index",
        description="Where search happens: tantivy:FOLDER or opensearch:https://HOST:9200",
    )
    blobs: str = Field(default="folder:.wiredesk/blobs", description="Where large payloads live: folder:PATH")
    jwt_issuer: str = Field(
        default="", description="Issuer whose bearer tokens (JWT) open as well as keys; none = keys only"
    )
    jwt_audience: str = Field(default="", description="The audience that we are in its tokens")
    jwt_keys: Path | None = Field(default=None, description="File of its public keys, a JSON Web Key Set")
    providers: Path | None = Field(default=None, description="TOML file of provider profiles")
    instance: str = Field(
        default="",
        description="Name of this replica, stable over restarts (static membership); @host = the service and its host's name",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")
    traces: str = Field(default="", description="OTLP/HTTP endpoint that traces go to; none = they are only handed on")
    traces_ratio: float = Field(default=1.0, ge=0, le=1, description="Share of new traces that are kept")
    stuck_seconds: float = Field(
        default=300.0, gt=0, description="Seconds without an acknowledgement, while records wait, that mean stuck"
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address of /metrics and /healthz (0.0.0.0 in containers)"
    )
    metrics_port: int = Field(default=0, description="Port of /metrics and /healthz; 0 = any free one")

    def instance_of(self, service: str) -> str:
        """The replica's name in its consumer group; empty when it has none."""
        return f"{service}-{socket.gethostname()}" if self.instance == BY_HOST else self.instance


def split_url(url: str) -> tuple[str, str]:
    """Scheme and rest of an adapter URL such as `sqlite:path/to.db` or `memory:`."""
    scheme, _, rest = url.partition(":")
    return scheme, rest
