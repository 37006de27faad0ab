"""Embeddings by an ONNX model: a folder with `model.onnx` and `tokenizer.json`, one thread, one text at a time.

A text by itself: a model of whole numbers scales its steps by all that it is given at once, so that in a batch a text's
vector would depend on its neighbours. The first token's vector is taken (as BGE models are trained; Xiao et al. 2023)
and scaled to length 1, so that the cosine of two vectors is their dot product.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnxruntime import ExecutionMode, InferenceSession, SessionOptions
from tokenizers import Tokenizer

TOKENS = 64
"""Of headline and lead; more made retrieval worse, and take longer."""
DIGEST_LETTERS = 8


@dataclass(frozen=True, slots=True)
class OnnxEmbedder:
    """A BERT-like encoder of English."""

    session: InferenceSession
    tokenizer: Tokenizer
    model: str
    language: str = "en"
    why_not: str = ""

    def embed(self, text: str) -> tuple[float, ...]:
        """The text's vector, of length 1."""
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states, *_) = self.session.run(None, {known.name: given[known.name] for known in self.session.get_inputs()})
        first = states[0, 0].astype(np.float64)
        return tuple((first / np.linalg.norm(first)).tolist())


def load_embedder(folder: Path) -> OnnxEmbedder:
    """The model in a folder; its name is the folder's and the beginning of its SHA-256. Raises what reading it raises."""
    weights = (folder / "model.onnx").read_bytes()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    digest = hashlib.sha256(weights).hexdigest()[:DIGEST_LETTERS]
    embedder = OnnxEmbedder(_session(weights), tokenizer, f"{folder.name} {digest}")
    embedder.embed("warm up")
    return embedder


def _session(weights: bytes) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    return InferenceSession(weights, options, providers=["CPUExecutionProvider"])
