"""Settings of the indexing service, read once in `__main__`."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IndexingSettings(BaseSettings):
    """Read from `INDEXING_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="INDEXING_", frozen=True, extra="ignore")

    batch: int = Field(default=256, ge=1, le=2048, description="Most facts applied in one transaction")
    release_seconds: float = Field(default=0.25, gt=0, description="Seconds between two looks for ended embargoes")
