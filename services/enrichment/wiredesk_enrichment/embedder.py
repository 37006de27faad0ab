"""Embeddings by an ONNX model: a folder with `model.onnx` and `tokenizer.json`, one thread, one text at a time.

A text by itself: a model of whole numbers scales its steps by all that it is given at once, so that in a batch a text's
vector would depend on its neighbours. The first token's vector is taken (as BGE models are trained; Xiao et al. 2023)
and scaled to length 1, so that the cosine of two vectors is their dot product.

The tokens read are all that a vector depends on: a copy with other words further down has the vector of the first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import ExecutionMode, InferenceSession, SessionOptions
from tokenizers import Tokenizer

from wiredesk_enrichment.memory import Memory, key_of

TOKENS = 64
"""Of headline and lead; more made retrieval worse, and take longer."""
DIGEST_LETTERS = 8


@dataclass(frozen=True, slots=True)
class OnnxEmbedder:
    """A BERT-like encoder of English."""

    session: InferenceSession
    tokenizer: Tokenizer
    model: str
    memory: Memory
    language: str = "en"
    why_not: str = ""

    def embed(self, text: str) -> tuple[float, ...]:
        """The text's vector, of length 1."""
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        key = key_of(f"vector {self.model}", ids.tobytes())
        known = self.memory.get(key)
        vector = np.frombuffer(known) if known is not None else self._read(ids)
        self.memory.keep(key, vector.tobytes())
        return tuple(vector.tolist())

    def _read(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states, *_) = self.session.run(None, {known.name: given[known.name] for known in self.session.get_inputs()})
        first = states[0, 0].astype(np.float64)
        vector: NDArray[np.float64] = first / np.linalg.norm(first)
        return vector


def load_embedder(folder: Path, memory: Memory) -> OnnxEmbedder:
    """The model in a folder; its name is the folder's and the beginning of its SHA-256. Raises what reading it raises."""
    weights = (folder / "model.onnx").read_bytes()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    digest = hashlib.sha256(weights).hexdigest()[:DIGEST_LETTERS]
    embedder = OnnxEmbedder(_session(weights), tokenizer, f"{folder.name} {digest}", memory)
    embedder.embed("warm up")
    return embedder


def _session(weights: bytes) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    return InferenceSession(weights, options, providers=["CPUExecutionProvider"])
