"""The wire formats that Wiredesk reads: a new one is one file and one line in FORMATS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wiredesk_core.item import Item

from wiredesk_ingest.formats import (
    anpa_1312,
    ap_media,
    feeds,
    html_page,
    iptc_7901,
    mail,
    marked_telex,
    newsml_1,
    newsml_g2,
    ninjs,
    nitf,
    plain_text,
)
from wiredesk_ingest.wire import Wire


@dataclass(frozen=True, slots=True)
class WireFormat:
    """How one format is told from others by its text, and read.

    parse raises Unreadable, and nothing else on purpose. version goes up whenever items come out differently.
    reads: what parse wants. Most want clean text; to wire formats of old, control characters are the framing;
    where each part has a charset of its own, the bytes alone count and the text is of no use.
    """

    name: str
    version: int
    recognise: Callable[[str], bool]
    parse: Callable[[str, Wire], tuple[Item, ...]]
    reads: Literal["text", "controls", "bytes"] = "text"

    @property
    def parser(self) -> str:
        """The derivation of its items, as `ninjs@1`."""
        return f"{self.name}@{self.version}"


FORMATS: tuple[WireFormat, ...] = (
    WireFormat("anpa_1312", 3, anpa_1312.recognise, anpa_1312.parse, reads="controls"),
    WireFormat("iptc_7901", 3, iptc_7901.recognise, iptc_7901.parse, reads="controls"),
    WireFormat("mail", 3, mail.recognise, mail.parse, reads="bytes"),
    WireFormat("ap_media", 2, ap_media.recognise, ap_media.parse),
    WireFormat("ninjs", 4, ninjs.recognise, ninjs.parse),
    WireFormat("newsml_1", 3, newsml_1.recognise, newsml_1.parse),
    WireFormat("newsml_g2", 4, newsml_g2.recognise, newsml_g2.parse),
    WireFormat("feed", 3, feeds.recognise, feeds.parse),
    WireFormat("html", 4, html_page.recognise, html_page.parse),
    WireFormat("nitf", 2, nitf.recognise, nitf.parse),
    WireFormat("marked_telex", 1, marked_telex.recognise, marked_telex.parse),
    WireFormat("plain_text", 1, plain_text.recognise, plain_text.parse),
)
"""Asked in this order; the first that recognises a wire reads it."""

GENERATION = sum(known.version for known in FORMATS)
"""How new this set of parsers is: grows with every new format, and with every new version of one. Never take one out."""
