"""Names by a spaCy recogniser's own weights, read out of a whole batch at once.

spaCy walks each text word by word and takes the interpreter's lock at every look at its state, which costs more than the
network itself. A recogniser that decides greedily needs no such walk: outside a name it sees nothing but the word, so that
all words are judged together, and within a name it can only go on or end. The choices are those of spaCy's
`BiluoPushDown` for texts on which nothing is set beforehand, the first of equals included.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wiredesk_enrichment.wordvectors import word_vectors_of

Floats = NDArray[np.float32]
Found = tuple[int, int, str]
"""A name: its first token, the token behind its last, its label."""

WORD, FIRST, BEFORE = 0, 1, 2
"""What the network sees of a state: the word, the first word of the open name, the word before this one."""
NOTHING = 0
"""The row that stands for a word that is not there; those of the words follow."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """The layers of spaCy's `ner`, and what each class of the last one means ("B-ORG" begins, "U-ORG" is one word)."""

    vectors: Callable[[Sequence[Any]], Floats]
    """A row a word of the tokenised texts."""
    lower: Any
    upper: Any
    classes: tuple[str, ...]

    def read(self, docs: Sequence[Any]) -> list[list[Found]]:
        """The names of each tokenised text, in text order."""
        told = [doc for doc in docs if len(doc)]
        names = iter(self._read(told) if told else ())
        return [next(names) if len(doc) else [] for doc in docs]

    def _read(self, docs: Sequence[Any]) -> list[list[Found]]:
        seen: Floats = self.lower.predict(self.vectors(docs))
        ends = np.cumsum([len(doc) for doc in docs])
        spaces = np.concatenate([doc.to_array("IS_SPACE") for doc in docs]).astype(bool)
        best = self._outside(seen, spaces, ends - 1)
        starts = [at for at, name in enumerate(best) if name != "O"]
        walks = [_Walk(int(end) - len(doc), int(end)) for doc, end in zip(docs, ends, strict=True)]
        going = [walk for walk in walks if walk.opens(best, starts)]
        while going:
            for walk, is_over in zip(going, self._over(seen, going), strict=True):
                walk.step(is_over=is_over)
            going = [walk for walk in going if walk.label or walk.opens(best, starts)]
        return [walk.names for walk in walks]

    def _outside(self, seen: Floats, spaces: NDArray[np.bool_], lasts: NDArray[np.int64]) -> list[str]:
        """The best class of each word where no name is open. None begins at a space, or where no word follows."""
        scores = self._scores(seen[1:, WORD] + seen[NOTHING, FIRST] + seen[NOTHING, BEFORE])
        begins, units = self._are("B-"), self._are("U-")
        scores[:, ~(begins | units | self._are("O"))] = -np.inf
        scores[np.ix_(lasts, begins)] = -np.inf
        scores[np.ix_(spaces, begins | units)] = -np.inf
        return [self.classes[at] for at in scores.argmax(axis=1)]

    def _over(self, seen: Floats, walks: Sequence[_Walk]) -> list[bool]:
        """Whether the word at which each walk stands is the last of its open name."""
        at = np.array([walk.at for walk in walks]) + 1
        first = np.array([walk.first for walk in walks]) + 1
        scores = self._scores(seen[at, WORD] + seen[first, FIRST] + seen[at - 1, BEFORE])
        known = {name: number for number, name in enumerate(self.classes)}
        rows = np.arange(len(walks))
        inside = scores[rows, [known[f"I-{walk.label}"] for walk in walks]]
        last = scores[rows, [known[f"L-{walk.label}"] for walk in walks]]
        return [bool(is_over) for is_over in last > inside]

    def _scores(self, states: Floats) -> Floats:
        """A row a state: what the network gives each class."""
        hidden: Floats = (states + self.lower.get_param("b")).max(axis=-1)
        scores: Floats = self.upper.predict(hidden)
        return scores

    def _are(self, move: str) -> NDArray[np.bool_]:
        """Which classes are of a kind; "U-" without a label marks words that can be no name, and is none."""
        return np.array([name.startswith(move) and name != "U-" for name in self.classes])


@dataclass(slots=True)
class _Walk:
    """How far a text is read: the next word, the end of the text, and the name that is open."""

    at: int
    end: int
    first: int = -1
    label: str = ""
    begun: int = field(init=False)
    names: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begun = self.at

    def opens(self, best: Sequence[str], starts: Sequence[int]) -> bool:
        """Go on to the next name of several words, noting those of one; False where there is none."""
        for number in range(bisect_left(starts, self.at), len(starts)):
            first = starts[number]
            if first >= self.end:
                break
            move, _, label = best[first].partition("-")
            self.at = first + 1
            if move == "B":
                self.first, self.label = first, label
                return True
            self._note(first, label)
        return False

    def step(self, *, is_over: bool) -> None:
        """Go on by a word; the last one of the text is the last of a name too."""
        self.at += 1
        if is_over or self.at == self.end:
            self._note(self.first, self.label)
            self.label = ""

    def _note(self, first: int, label: str) -> None:
        self.names.append((first - self.begun, self.at - self.begun, label))


def recogniser_of(pipe: Any) -> Recogniser | None:
    """The recogniser in a pipeline's component; None where it is built or decides in another way than is known here."""
    (tok2vec, lower, upper), moves = pipe.model.layers, pipe.moves
    is_known = (
        type(moves).__name__ == "BiluoPushDown"
        and pipe.cfg["beam_width"] == 1
        and pipe.model.attrs["has_upper"]
        and not pipe.model.attrs["unseen_classes"]
        and (lower.maybe_get_dim("nP") or 1) > 1
        and lower.get_dim("nF") == BEFORE + 1
    )
    if not is_known:
        return None
    classes = tuple(moves.get_class_name(number) for number in range(upper.get_dim("nO")))
    return Recogniser(_vectors_of(tok2vec, pipe.vocab.vectors), lower, upper, classes)


def _vectors_of(tok2vec: Any, statics: Any) -> Callable[[Sequence[Any]], Floats]:
    """The component's own vectors: ours where its layers are those that are known, thinc's otherwise."""
    words, _, narrow = tok2vec.layers
    known = word_vectors_of(words, statics)
    return (lambda docs: narrow.predict(known.read(docs))) if known else tok2vec.predict
