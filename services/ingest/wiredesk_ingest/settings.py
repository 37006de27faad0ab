"""Settings of the ingest service, read once in `__main__`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wiredesk_ingest.pace import PER_MINUTE

MIB = 1024 * 1024


class IngestSettings(BaseSettings):
    """Read from `INGEST_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="INGEST_", frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address that pushes are taken on")
    port: int = Field(default=8081, ge=0, le=65535, description="Port that pushes are taken on; 0 = any free one")
    max_body_bytes: int = Field(default=16 * MIB, gt=0, description="Largest body of one push, after unpacking")
    max_batch: int = Field(default=10_000, gt=0, description="Most wires in one NDJSON batch")
    gateway_url: str = Field(default="http://127.0.0.1:8080", description="Where receipts are served, for their links")
    folder: Path | None = Field(default=None, description="Folder to watch: incoming/PROVIDER/FILE; none = do not")
    secrets: Path = Field(
        default=Path("/run/secrets"), description="Folder of the secrets that profiles name by file:NAME"
    )
    poll_hosts: str = Field(
        default="", description="Hosts that feeds may be asked from, a.example,b.example; none = any"
    )
    poll_private: bool = Field(default=False, description="Whether feeds on private and loopback addresses are asked")
    poll_seconds: float = Field(default=30.0, gt=0, le=60, description="Longest that one question to a feed may take")
    poll_agent: str = Field(default="Wiredesk", description="What ingest calls itself when it asks a feed (User-Agent)")
    folder_still: float = Field(
        default=2.0, ge=0, description="Seconds that a file has to lie unchanged before it is taken"
    )
    folder_interval: float = Field(default=1.0, gt=0, description="Seconds between two looks at the folder")
    most_backlog: int = Field(
        default=20_000, gt=0, description="Records that may wait to be parsed or indexed; beyond, pushes get 429"
    )
    most_enrichment_backlog: int = Field(
        default=500_000, gt=0, description="Records that may wait to be enriched; beyond, pushes get 429"
    )
    most_unreadable_in_a_row: int = Field(
        default=100, gt=0, description="Unreadable wires in a row after which a provider is paused, alone"
    )
    pause_seconds: float = Field(default=60.0, gt=0, description="How long a noisy provider is paused")
    pushes_per_minute: int = Field(
        default=PER_MINUTE,
        ge=1,
        description="Pushes a minute of one key at this replica, unless the key says otherwise",
    )
    wires_per_minute: int = Field(
        default=PER_MINUTE, ge=1, description="Pushed wires a minute of one provider at this replica, by whatever key"
    )
    most_in_flight_bytes: int = Field(
        default=64 * MIB, gt=0, description="Bytes that may be on their way to the broker; beyond, pushes get 429"
    )
    disk_watermark: float = Field(
        default=0.05, ge=0, lt=1, description="Share of each disk that has to be free; below, pushes get 507"
    )
    disks: str = Field(default="", description="Folders whose disks are watched: NAME=PATH,NAME=PATH")
    workers: int = Field(default=1, ge=1, description="Processes that parse wires")
    parse_seconds: float = Field(default=20.0, gt=0, description="Longest that one wire may take to parse")
    container_seconds: float = Field(
        default=10.0,
        gt=0,
        description="CPU seconds that all wires in one container may take together; the rest goes to quarantine",
    )
