"""What spaCy's tok2vec makes of the words of a text, for a whole batch at once.

What a word is by itself (hashed features, static vector, and the layer that mixes them: two fifths of the arithmetic) does not
depend on its neighbours, so it is worked out once a word form and kept. The layers that look at neighbours run over all texts
together, parted by the same rows of zeros as spaCy parts them by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Features = NDArray[np.uint64]
"""A row a word: its form, and what is hashed of it."""

KEPT_WORDS = 20_000
"""Word forms that are kept, 8 MB of them; then it begins anew."""
ALMOST_NOTHING = np.float32(1e-8)
"""Added to a variance before it divides."""


@dataclass(frozen=True, slots=True)
class Maxout:
    """thinc's maxout with its layer norm: of several sums the greatest, then scaled to mean and variance of its own."""

    weights: Floats
    """A row an input; of the columns first all first pieces, then all second ones."""
    bias: Floats
    pieces: int
    scale: Floats
    shift: Floats

    def __call__(self, given: Floats) -> Floats:
        """A row each."""
        sums = given @ self.weights
        sums += self.bias
        first, *others = np.split(sums, self.pieces, axis=1)
        for other in others:
            np.maximum(first, other, out=first)
        told: Floats = first - first.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", told, told) / np.float32(told.shape[1]) + ALMOST_NOTHING
        told *= (1 / np.sqrt(spread))[:, None]
        told *= self.scale
        told += self.shift
        return told


@dataclass(slots=True)
class WordVectors:
    """Words by themselves, then among their neighbours; one a component, since it keeps what it has worked out."""

    columns: tuple[str, ...]
    """Of a token: the form, and what is hashed of it."""
    hashed: Any
    """thinc's layers from features to their vectors."""
    statics: Any
    """The vocabulary's vectors."""
    projection: Floats
    mix: Maxout
    layers: tuple[Maxout, ...]
    gap: int
    """Rows of zeros before, between and behind texts."""
    _places: dict[bytes, int] = field(default_factory=dict)
    _known: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._known = np.empty((0, len(self.mix.shift)), np.float32)

    def read(self, docs: Sequence[Any]) -> Floats:
        """A row for each word of the tokenised texts, in their order."""
        features: Features = np.concatenate([doc.to_array(self.columns) for doc in docs])
        lengths = np.array([len(doc) for doc in docs])
        places = np.arange(len(features)) + np.repeat(np.arange(1, len(docs) + 1) * self.gap, lengths)
        spread = np.zeros((len(features) + self.gap * (len(docs) + 1), self._known.shape[1]), np.float32)
        spread[places] = self._by_themselves(features)
        for layer in self.layers:
            spread += layer(_with_neighbours(spread))
        told: Floats = spread[places]
        return told

    def _by_themselves(self, features: Features) -> Floats:
        rows: Any = np.ascontiguousarray(features).view(np.dtype((np.void, features.shape[1] * 8))).ravel()
        keys: list[bytes] = rows.tolist()
        new = {key: at for at, key in enumerate(keys) if key not in self._places}
        if len(self._places) + len(new) > KEPT_WORDS:
            self._places, new = {}, {key: at for at, key in enumerate(keys)}
        if new:
            self._keep(new, features)
        told: Floats = self._known[[self._places[key] for key in keys]]
        return told

    def _keep(self, new: dict[bytes, int], features: Features) -> None:
        begun = len(self._places)
        enough = begun + len(new)
        if enough > len(self._known):
            self._known = np.concatenate([self._known[:begun], np.empty((enough, self._known.shape[1]), np.float32)])
        self._known[begun:enough] = self._worked_out(features[list(new.values())])
        self._places.update(zip(new, range(begun, enough), strict=True))

    def _worked_out(self, features: Features) -> Floats:
        rows = self.statics.find(keys=features[:, 0])
        static = self.statics.data[rows] @ self.projection
        static[rows < 0] = 0
        return self.mix(np.concatenate([self.hashed.predict(features[:, 1:]), static], axis=1))


def _with_neighbours(words: Floats) -> Floats:
    """Each row between the row before it and the row behind it; zeros where there is none."""
    width = words.shape[1]
    told = np.empty((len(words), 3 * width), np.float32)
    told[0, :width] = told[-1, 2 * width :] = 0
    told[1:, :width] = words[:-1]
    told[:, width : 2 * width] = words
    told[:-1, 2 * width :] = words[1:]
    return told


def word_vectors_of(tok2vec: Any, statics: Any) -> WordVectors | None:
    """The vectors of a spaCy tok2vec; None where it is built in another way than is known here."""
    try:
        (features, vectors), mix = _pair(tok2vec.get_ref("embed"))
        extract, _, hashes = features.layers
        encode = tok2vec.get_ref("encode")
        layers = tuple(_maxout(residual.layers[0].layers[1]) for residual in encode.layers[0].layers)
        is_known = (
            str(statics.mode) == "default"
            and statics.attr in ("ORTH", 65)
            and vectors.name == "static_vectors"
            and all(residual.layers[0].layers[0].attrs["window_size"] == 1 for residual in encode.layers[0].layers)
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    if not is_known:
        return None
    columns = ("ORTH", *extract.attrs["columns"])
    projection = np.ascontiguousarray(vectors.get_param("W").T)
    return WordVectors(
        columns, hashes.layers[0], statics, projection, _maxout(mix.layers[0]), layers, encode.attrs["pad"]
    )


def _pair(embed: Any) -> tuple[Sequence[Any], Any]:
    """The two sources of what a word is by itself, and the layer that mixes them."""
    both, mix, _ = embed.layers
    return both.layers, mix


def _maxout(model: Any) -> Maxout:
    """The chain of maxout, layer norm and a dropout that does nothing here."""
    maxout, norm = model.layers[0].layers
    width, pieces, inputs = maxout.get_param("W").shape
    weights = maxout.get_param("W").transpose(2, 1, 0).reshape(inputs, pieces * width)
    bias = maxout.get_param("b").reshape(width, pieces).T.reshape(-1)
    return Maxout(np.ascontiguousarray(weights), bias, pieces, norm.get_param("G"), norm.get_param("b"))
