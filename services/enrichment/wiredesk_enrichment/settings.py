"""Settings of the enrichment service, read once in `__main__`."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EnrichmentSettings(BaseSettings):
    """Read from `ENRICHMENT_*` environment variables."""

    model_config = SettingsConfigDict(env_prefix="ENRICHMENT_", frozen=True, extra="ignore")

    workers: int = Field(default=2, ge=1, description="Processes that run the language models, one core each")
    batch: int = Field(default=96, ge=1, le=1024, description="Most stories under way at once")
    chunk: int = Field(default=8, ge=1, le=64, description="Stories that a worker takes at a time")
    story_seconds: float = Field(default=30.0, gt=0, description="Longest that one story may take")
    spacy_model: str = Field(default="", description="Folder of a spaCy model for English; empty = the packaged one")
    knowledge: str = Field(
        default="", description="TSV of names and ids of your own, which go before the packaged ones"
    )
    memory_mb: int = Field(
        default=64, ge=0, le=4096, description="Room in each worker for what it need not work out again for copies, MiB"
    )
    embedding_model: str = Field(
        default="",
        description="Folder of an English embedding model (model.onnx, tokenizer.json); empty = stories get no embeddings",
    )
