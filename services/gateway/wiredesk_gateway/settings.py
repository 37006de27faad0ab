"""Settings of the gateway, read once in `__main__`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    grace: int = Field(default=8, ge=0, description="Seconds that requests under way may take after SIGTERM")
