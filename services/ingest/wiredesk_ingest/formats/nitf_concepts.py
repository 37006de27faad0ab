"""What a NITF document is about, where it happened, and what may be done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from wiredesk_core.item import Party, Subject

from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.nitf_head import Head
from wiredesk_ingest.formats.vocabulary import distinct, subject_of

OBJECT_TYPES = frozenset({"news", "data", "advisory", "text", "article"})
"""What tobject.type may say (IIM 2:03); some agencies write a desk's name there."""
MEDIA_TOPIC = re.compile(r"2\d{7}")
PERIOD = ("startdate", "enddate")


def categories(head: Head) -> tuple[str, ...]:
    """ANPA's category, what classifiers call a category, and the desk that some agencies write for an object type."""
    desks = [kind for kind in head.attributes("tobject", "tobject.type") if kind.lower() not in OBJECT_TYPES]
    return distinct(
        [head.meta.get("anpa-category", ""), *map(_value, filter(_is_category, _classifiers(head))), *desks]
    )


def keywords(head: Head) -> tuple[str, ...]:
    """The key list; also the fixture, the series and the scope, which are words to find the story by."""
    named = ("fixture", "fix-id"), ("series", "series.name"), ("doc-scope", "scope")
    return distinct([*head.key_list, *(text for name, key in named for text in head.attributes(name, key))])


def subjects(head: Head) -> tuple[Subject, ...]:
    """Coded subjects, then classifiers, then events and titles of works by their names."""
    coded = (_coded_subject(element) for element in head.all("tobject.subject"))
    classified = (
        subject_of(_value(e), plain(e) or None, (e.get("type") or "").strip() or None)
        for e in _classifiers(head)
        if not _is_category(e)
    )
    named = (subject_of("", plain(e)) for e in _identified(head, "event", "object.title"))
    return tuple(dict.fromkeys(subject for subject in (*coded, *classified, *named) if subject))


def _coded_subject(element: etree._Element) -> Subject | None:
    """A subject by its number, which is the IPTC's unless it says whose it is, else by its code."""

    def said(key: str) -> str:
        return (element.get(f"tobject.subject.{key}") or "").strip()

    owner = said("ipr")
    name = next((text for key in ("detail", "matter", "type") if (text := said(key))), None)
    number = said("refnum")
    if number and owner.upper() in {"", "IPTC"}:
        return subject_of(number, name, "medtop" if MEDIA_TOPIC.fullmatch(number) else "subj")
    return subject_of(number or said("code"), name, owner or None)


def _identified(head: Head, *names: str) -> list[etree._Element]:
    found = (e for part in head.all("identified-content") for e in part)
    return [element for element in found if local(element) in names]


def _classifiers(head: Head) -> list[etree._Element]:
    return _identified(head, "classifier")


def _is_category(classifier: etree._Element) -> bool:
    return "category" in (classifier.get("type") or "").lower()


def _value(element: etree._Element) -> str:
    return (element.get("value") or plain(element)).strip()


def parties(head: Head, name: str) -> tuple[Party, ...]:
    """Persons, organisations or locations among the identified content, by the name of their element."""
    found = ((_value(e) if not plain(e) else plain(e), _code(e)) for e in _identified(head, name))
    return tuple(dict.fromkeys(Party(name=label, code=code) for label, code in found if label))


def _code(element: etree._Element) -> str | None:
    """The provider's identifier, behind the name of whose it is."""
    for each in (element, *(e for e in element if local(e) == "alt-code")):
        code = (each.get("value") or each.get("location-code") or "").strip()
        if code:
            owner = (each.get("idsrc") or each.get("code-source") or "").strip()
            return f"{owner}:{code}" if owner else code
    return None


def places(head: Head) -> tuple[Party, ...]:
    """Where the event is, the nearest place first; a country may have a code and no name."""
    names = [text for key in ("city", "county-dist", "state-prov") for text in head.attributes("evloc", key)]
    countries = [Party(name=code, code=code) for code in head.attributes("evloc", "iso-cc")]
    located = (*(Party(name=name) for name in names), *countries, *parties(head, "location"))
    return tuple(dict.fromkeys(located))


def notice(head: Head) -> str:
    """The copyright line of year and holder; "" when one of them is missing."""
    year, holder = (head.attribute("doc.copyright", key) for key in ("year", "holder"))
    return f"© {year} {holder}" if year and holder else ""


def rights(head: Head) -> Iterator[str]:
    """What doc.rights says: its sentences, then its terms by their names."""
    for rights in head.all("doc.rights"):
        yield from (rights.get(key, "") for key in ("type", "limitations"))
        terms = ((key, rights.get(key)) for key in ("owner", "agent", "geography", "location.code", *PERIOD))
        yield "; ".join(f"{key} {value.strip()}" for key, value in terms if value and value.strip())
