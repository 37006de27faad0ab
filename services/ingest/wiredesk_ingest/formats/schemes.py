"""Schemes of codes: one scheme is written one way, whatever prefix a wire gives it.

The IPTC's schemes go by the prefix of the IPTC's own catalog (`medtop`), others by their URI where the wire says
it, and by the wire's prefix where it does not: a catalog that only lies elsewhere is never fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from lxml import etree

from wiredesk_ingest.formats.markup import local

Schemes = Mapping[str, str]
"""URIs by prefix, as one file declares them; the same prefix may mean another scheme in another file."""


def declared_schemes(places: Iterable[etree._Element]) -> Schemes:
    """The schemes of the catalogs among the children of these elements; a later one counts more."""
    catalogs = (child for place in places for child in place if local(child) == "catalog")
    entries = (entry for catalog in catalogs for entry in catalog if local(entry) == "scheme")
    return {
        alias: uri
        for entry in entries
        if (alias := entry.get("alias", "").strip()) and (uri := entry.get("uri", "").strip())
    }


def scheme_of(name: str, declared: Schemes | None = None) -> str:
    """How the scheme of a prefix or URI is written."""
    uri = (declared or {}).get(name, name)
    return _prefixes().get(_bare(uri), uri)


def _bare(uri: str) -> str:
    """A URI without what catalogs write now so, now so."""
    return uri.rpartition("://")[2].rstrip("/#").lower()


@lru_cache(maxsize=1)
def _prefixes() -> Mapping[str, str]:
    """The IPTC's prefixes by their URIs, from the catalog that comes with the service."""
    text = resources.files(__package__).joinpath("iptc_schemes.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {_bare(uri): prefix for prefix, uri in rows}
