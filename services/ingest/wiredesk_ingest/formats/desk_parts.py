"""Parts of a body that an agency writes for desks, not for readers."""

from __future__ import annotations

import re

from lxml import etree

from wiredesk_ingest.formats.markup import outermost

NOTEPAD = re.compile(r"\b(?:notepad|np-\w+|nonpublic)\b", re.IGNORECASE)
"""Classes of such parts."""


def desk_parts(body: etree._Element) -> list[etree._Element]:
    """The outermost of them."""
    return list(outermost(body, lambda element: NOTEPAD.search(element.get("class") or "") is not None))
