"""Settings of the gateway, read once in `__main__`."""

from __future__ import annotations

import re

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


class GatewaySettings(BaseSettings):
    """Read from `GATEWAY_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address that requests are taken on")
    port: int = Field(default=8080, ge=0, le=65535, description="Port that requests are taken on; 0 = any free one")
    signing_key: SecretStr | None = Field(
        default=None, description="Signs cursors, the same for all gateways; none = one kept in the Registry"
    )
    longest_wait: float = Field(default=30.0, gt=0, description="Seconds that /v1/changes may wait for news")
    heartbeat: float = Field(default=15.0, gt=0, description="Seconds between signs of life on an event stream")
    streams_per_key: int = Field(default=4, ge=1, description="Event streams that one key may have open here")
    per_minute: int = Field(
        default=30_000, ge=1, description="Requests a minute of one key at this replica, unless the key says otherwise"
    )
    cors: str = Field(
        default="",
        description="Origins whose web pages may call, joined by commas, such as https://desk.example; none = no page may",
    )
    stalled: float = Field(
        default=30.0, gt=0, description="Seconds that a reader of a stream may take nothing before it is let go"
    )
    largest_page: int = Field(
        default=16 * 1024 * 1024, ge=1024, description="Bytes of items after which a page ends early"
    )
    grace: int = Field(default=8, ge=0, description="Seconds that requests under way may take after SIGTERM")

    @field_validator("cors")
    @classmethod
    def _exact(cls, value: str) -> str:
        """Every origin by its whole name: a pattern would let in pages that nobody thought of."""
        unfit = [origin for origin in origins_in(value) if not ORIGIN.fullmatch(origin)]
        if unfit:
            raise ValueError(f"{unfit[0]!r} is no origin: write scheme and host, such as https://desk.example")
        return value


def origins_in(value: str) -> tuple[str, ...]:
    """The origins joined by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())
