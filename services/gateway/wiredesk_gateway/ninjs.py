"""An article as ninjs 3.1, for systems that speak IPTC's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wiredesk_core.article import Article
from wiredesk_core.item import Association, Item, Party, Subject

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
TYPES = frozenset({"text", "audio", "video", "picture", "graphic", "composite", "event", "planning"})


def ninjs_of(article: Article) -> dict[str, Any]:
    """The item with its cleaned text; what enrichment found joins what the provider named. Empty members are left out."""
    item = article.item
    told: dict[str, Any] = {
        "uri": item.uri,
        "standard": STANDARD,
        "type": item.type.value if item.type.value in TYPES else None,
        "representationType": "full",
        "version": item.version,
        "pubStatus": item.status.value,
        "urgency": item.urgency,
        "language": article.language.code if article.language else item.language,
        "title": item.headline,
        "by": item.byline,
        "slugline": item.slugline,
        "located": item.dateline and (item.dateline.place or item.dateline.text),
        "edNote": item.ed_note,
        "headlines": _headlines(item),
        "descriptions": [{"role": "summary", "value": item.summary}] if item.summary else [],
        "bodies": _bodies(article),
        **_moments(item),
        **_rights(item),
        **_concepts(article),
        "associations": [_association(number, a) for number, a in enumerate(item.associations)],
        "altIds": [{"role": "alias", "value": alias} for alias in item.aliases],
    }
    return {name: value for name, value in told.items() if value not in (None, "", [], ())}


def _headlines(item: Item) -> list[dict[str, str]]:
    named = (("main", item.headline), ("sub", item.subheadline))
    return [{"role": role, "value": value} for role, value in named if value]


def _bodies(article: Article) -> list[dict[str, Any]]:
    bodies: list[dict[str, Any]] = []
    if article.text:
        words = len(article.text.split())
        bodies.append(
            {"contentType": "text/plain", "charCount": len(article.text), "wordCount": words, "value": article.text}
        )
    if article.item.body_html:
        bodies.append({"contentType": "text/html", "value": article.item.body_html})
    return bodies


def _moments(item: Item) -> dict[str, str | None]:
    named = {
        "firstCreated": item.first_created,
        "versionCreated": item.version_created,
        "embargoedUntil": item.embargoed_until,
        "expires": item.expires,
    }
    return {name: moment.isoformat() if moment else None for name, moment in named.items()}


def _rights(item: Item) -> dict[str, str]:
    return {
        "copyrightHolder": item.copyright_holder,
        "copyrightNotice": item.copyright_notice,
        "usageTerms": item.usage_terms,
    }


def _concepts(article: Article) -> dict[str, Any]:
    item = article.item
    found = [
        {"name": e.name, "uri": f"http://www.wikidata.org/entity/{e.id}"} for e in article.entities if e.id[0] == "Q"
    ]
    return {
        "subjects": [*(_subject(subject) for subject in item.subjects), *found],
        "people": _parties(item.people),
        "organisations": _parties(item.organisations),
        "places": _parties(item.places),
        "genres": [{"name": item.genre}] if item.genre else [],
        "infoSources": [{"name": item.source}] if item.source else [],
    }


def _subject(subject: Subject) -> dict[str, str]:
    name = {"name": subject.name or subject.code}
    if subject.scheme and "://" in subject.scheme:
        return {**name, "uri": f"{subject.scheme}{subject.code}"}
    return {**name, "literal": f"{subject.scheme}:{subject.code}" if subject.scheme else subject.code}


def _parties(parties: Iterable[Party]) -> list[dict[str, str]]:
    return [{"name": party.name, **({"literal": party.code} if party.code else {})} for party in parties]


def _association(number: int, association: Association) -> dict[str, Any]:
    told = {
        "name": f"{association.rel}-{number}",
        "rel": association.rel,
        "uri": association.uri,
        "version": association.version,
        "type": association.type.value if association.type and association.type.value in TYPES else None,
        "title": association.headline,
    }
    return {name: value for name, value in told.items() if value}
