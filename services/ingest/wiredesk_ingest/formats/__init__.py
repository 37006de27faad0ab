"""The wire formats that Wiredesk reads: a new one is one file and one line in FORMATS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wiredesk_core.item import Item

from wiredesk_ingest.formats import html_page, newsml_g2, ninjs, plain_text
from wiredesk_ingest.wire import Wire


@dataclass(frozen=True, slots=True)
class WireFormat:
    """How one format is told from others by its text, and read.

    parse raises Unreadable, and nothing else on purpose. version goes up whenever items come out differently.
    """

    name: str
    version: int
    recognise: Callable[[str], bool]
    parse: Callable[[str, Wire], tuple[Item, ...]]

    @property
    def parser(self) -> str:
        """The derivation of its items, as `ninjs@1`."""
        return f"{self.name}@{self.version}"


FORMATS: tuple[WireFormat, ...] = (
    WireFormat("ninjs", 1, ninjs.recognise, ninjs.parse),
    WireFormat("newsml_g2", 1, newsml_g2.recognise, newsml_g2.parse),
    WireFormat("html", 1, html_page.recognise, html_page.parse),
    WireFormat("plain_text", 1, plain_text.recognise, plain_text.parse),
)
"""Asked in this order; the first that recognises a wire reads it."""
