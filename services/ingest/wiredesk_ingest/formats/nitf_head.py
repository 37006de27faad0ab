"""The head of a NITF document by the names of its elements, wherever in it an agency puts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree
from wiredesk_core.item import ParseWarning

from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.wire import Wire


@dataclass(slots=True)
class Head:
    """The head by the names of its elements, and what had to be noted on the way."""

    root: etree._Element
    wire: Wire
    warnings: list[ParseWarning] = field(default_factory=list)
    elements: dict[str, list[etree._Element]] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = [self.root] if local(self.root) == "head" else [p for p in self.root if local(p) != "body"]
        for element in (e for part in parts if local(part)[:5] != "body." for e in part.iter(etree.Element)):
            self.elements.setdefault(local(element), []).append(element)
        for element in self.all("meta"):
            name, content = (element.get(key) or "" for key in ("name", "content"))
            self.meta.setdefault(name.strip().lower(), (content or plain(element)).strip())

    def all(self, name: str) -> list[etree._Element]:
        """The elements of a name, in document order."""
        return self.elements.get(name, [])

    def attributes(self, name: str, *keys: str) -> list[str]:
        """What these attributes of such elements say, in order, without blanks."""
        found = (element.get(key) for element in self.all(name) for key in keys)
        return [text.strip() for text in found if text and text.strip()]

    def attribute(self, name: str, *keys: str) -> str:
        """The first of them; "" when none says anything."""
        return next(iter(self.attributes(name, *keys)), "")

    def norm(self, name: str) -> str:
        """A date as it is written: its norm, else its text."""
        return self.attribute(name, "norm") or next((text for e in self.all(name) if (text := plain(e))), "")

    def time(self, name: str) -> datetime | None:
        """A date; one that cannot be read is noted."""
        text = self.norm(name)
        found = moment(text, self.wire.provider.zone)
        if text and found is None:
            self.warnings.append(ParseWarning(code="date_unreadable", detail=f"{name}: {text[:80]!r}"))
        return found

    def noted(self, answer: tuple[Any, tuple[ParseWarning, ...]]) -> Any:
        """An answer without the warnings that came with it, which are kept."""
        self.warnings.extend(answer[1])
        return answer[0]

    @property
    def title(self) -> str:
        """The title of the document: its headline, or its slug."""
        return next((text for element in self.all("title") if (text := plain(element))), "")

    @property
    def key_list(self) -> tuple[str, ...]:
        """The keywords, which stand in an attribute or as text."""
        return distinct([element.get("key") or plain(element) for element in self.all("keyword")])
