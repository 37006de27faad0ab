"""NewsML 1.0 to 1.2: news items of components with texts, pictures, sounds and packages, alone or several in one.

An item for each NewsItem, and one for each language in which a NewsItem tells its story. What is nearest to the
text counts first; what the components around it say comes after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Association, Dateline, Item, ItemType, ParseWarning

from wiredesk_ingest.formats.agency_frames import place_of
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.newsml_1_document import (
    Management,
    NewsItems,
    date_warnings,
    document_of,
    managed_fields,
    management_of,
    news_items,
    related,
    text_in,
    type_name,
)
from wiredesk_ingest.formats.newsml_1_lines import (
    INTERNAL,
    NOTE,
    SUMMARY,
    TypedLines,
    byline_of,
    copyright_of,
    headline_of,
    line_of,
    typed_lines,
    usage_of,
)
from wiredesk_ingest.formats.newsml_1_media import (
    MEDIA,
    body_elsewhere,
    is_of_language,
    media_of,
    references_of,
    type_of_item,
)
from wiredesk_ingest.formats.newsml_1_names import label_of, other_names
from wiredesk_ingest.formats.newsml_1_partial import item_without_component
from wiredesk_ingest.formats.newsml_1_parts import Component, formal_name, language_said, party_names, tree_of
from wiredesk_ingest.formats.newsml_1_standing import standing_of
from wiredesk_ingest.formats.newsml_1_subjects import about, city_of
from wiredesk_ingest.formats.newsml_1_texts import BODY, LEAD, Body, Text, body_of, by_language, texts_of
from wiredesk_ingest.formats.ninjs import under
from wiredesk_ingest.formats.plain_text import printed_byline
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.formats.sniffing import root_name
from wiredesk_ingest.formats.vocabulary import distinct, urgency_of
from wiredesk_ingest.wire import Wire, part_of

MOST_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class _Story:
    """One story of a NewsItem: its components in one language, those around its text (inner first), its texts."""

    language: str
    components: tuple[Component, ...]
    path: tuple[Component, ...]
    body: Body


def recognise(text: str) -> bool:
    """Whether the root element is NewsML's, or a news item of its kind alone."""
    root = root_name(text)
    return root == "newsml" or (root == "newsitem" and "<NewsIdentifier" in text)


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """All items of the document, in its order; items in others are shut as long as those.

    Raises Unreadable: xml_bomb, external_entity, xml_broken, newsml_bomb.
    """
    parsed = parse_xml(text)
    elements = list(news_items(parsed.root))
    if len(elements) > MOST_ITEMS:
        raise Unreadable("newsml_bomb", f"more than {MOST_ITEMS} news items in one document: send them in parts")
    document = document_of(parsed, elements, wire)
    read: dict[etree._Element, tuple[Item, ...]] = {}
    for element in elements:
        items = tuple(_items(element, document))
        around = next((up for up in element.iterancestors() if up in read), None)
        read[element] = items if around is None else tuple(under(read[around][0], item) for item in items)
        if len(elements) > 1:
            raw = part_of(etree.tostring(element, with_tail=False))
            read[element] = tuple(item.model_copy(update={"raw": raw}) for item in read[element])
    return tuple(item for items in read.values() for item in items)


def _items(element: etree._Element, document: NewsItems) -> Iterator[Item]:
    """The stories of one NewsItem: one, as a rule, else one for each language."""
    outermost = next((e for e in element if local(e) == "newscomponent"), None)
    if outermost is None:
        yield item_without_component(element, document)
        return
    root = tree_of(outermost)
    texts, warnings = texts_of(root)
    preferred = (root.language, language_said(element), document.wire.provider.language or "")
    told = by_language(texts, preferred)
    uris = {tag: _uri(element, document, tag if number else "") for number, tag in enumerate(told)}
    for tag, own in told.items():
        story = _story(root, own, tag, list(told))
        others = [Association(rel="translation", uri=uri) for other, uri in uris.items() if other != tag]
        item = _item(element, story, uris[tag], document)
        yield item.model_copy(
            update={
                "associations": (*item.associations, *others),
                "warnings": (*document.warnings, *warnings, *_several(told), *item.warnings),
            }
        )


def _several(told: Mapping[str, Sequence[Text]]) -> Iterator[ParseWarning]:
    if len(told) > 1:
        yield ParseWarning(code="several_languages", detail=f"an item for each: {', '.join(told)[:200]}")


def _uri(element: etree._Element, document: NewsItems, language: str) -> str:
    uri = document.names[element].uri
    return f"{uri}#{language}" if language else uri


def _story(root: Component, texts: Sequence[Text], language: str, languages: Sequence[str]) -> _Story:
    components = tuple(c for c in root.walk() if not language or is_of_language(c, language, languages))
    body = body_of(texts)
    parts = sorted(body.parts, key=lambda part: not part.is_main)
    inner = next((text.component for text in (*parts, *body.headlines, *texts)), None)
    inner = inner or next((c for c in components if "contentitem" in c.sections), root)
    return _Story(language, components, tuple(inner.lineage()), body)


def _item(element: etree._Element, story: _Story, uri: str, document: NewsItems) -> Item:
    """The item of one story."""
    names, management, wire = document.names[element], management_of(element), document.wire
    path, body = story.path, story.body
    typed = typed_lines(path)
    language = next((c.language for c in path if c.language), "") or language_said(element) or document.language
    others = [component for component in story.components if component not in path]
    label = label_of(element, "namelabel")
    spoken = story.language or language.partition("-")[0]
    headline, subheadline, noted = headline_of(path, others, body, spoken)
    if not headline:
        headline = line_of(path, "slugline") or label
    take = line_of(path, "seriesline")
    standing = standing_of(management, [*typed.of(NOTE), *([take] if take else [])], names, wire.provider)
    media = media_of(story.components, body.captions, path)
    members = references_of(story.components, document.uri_of, document.names)
    kind = _type(story, management, media, members)
    holder, notice = copyright_of(path)
    managed = managed_fields(management, standing, document, uri)
    urgency, unclear = _urgency(management, path)
    topical = about(path, document.topics, language.partition("-")[0])
    properties = [pair for component in path for pair in component.properties()]
    return Item(
        uri=uri,
        version=names.revision,
        type=kind,
        language=language_of(language) or wire.provider.language,
        headline=headline,
        subheadline=subheadline,
        slugline=line_of(path, "slugline") or label,
        byline=byline_of(path, body, typed) or printed_byline(body.text[:400].split("\n\n")),
        dateline=_dateline(story, document),
        credit=line_of(path, "creditline") or _property(properties, "credit") or wire.provider.credit,
        source=_parties(path, "source") or _parties(path, "provider") or wire.provider.source,
        urgency=urgency,
        genre=next((name for c in path for e in c.metadata("genre") if (name := formal_name(e))), None),
        categories=distinct([*topical.categories, *document.categories]),
        keywords=topical.keywords,
        subjects=topical.subjects,
        people=topical.people,
        organisations=topical.organisations,
        places=topical.places,
        summary=_summary(body, typed, kind),
        body_text=body.text,
        body_html=body.html,
        ed_note="\n\n".join(typed.of(NOTE)),
        restricted_notes=distinct([*typed.of(INTERNAL), *body.restricted]),
        copyright_holder=holder,
        copyright_notice=notice,
        usage_terms=usage_of(path, typed),
        take_key=take,
        aliases=_aliases(element, uri, path, document),
        associations=(*media, *members, *related(management, uri)),
        warnings=(*names.warnings, *date_warnings(element, management, wire), *standing.warnings, *unclear, *noted,
                  *body.warnings, *_left_out(typed), *(() if body.parts else body_elsewhere(media))),
        **managed,
    )  # fmt: skip


def _type(
    story: _Story,
    management: Management,
    media: Sequence[Association],
    members: Sequence[Association],
) -> ItemType:
    said = [*(component.role for component in story.path), type_name(management)]
    return type_of_item(said, any(part.kind in {BODY, LEAD} for part in story.body.parts), media, len(members))


def _urgency(management: Management, path: Sequence[Component]) -> tuple[int | None, tuple[ParseWarning, ...]]:
    """The urgency; where the management data has none, the priority that the story's own metadata gives it."""
    stated = next((formal_name(e) for e in management.get("urgency", ())), "")
    if stated:
        return urgency_of(stated)
    properties = [pair for component in path for pair in component.properties()]
    return urgency_of(_property(properties, "urgency") or _property(properties, "priority"))


def _property(properties: Sequence[tuple[str, str]], name: str) -> str:
    return next((value for each, value in properties if each == name), "")


def _parties(path: Sequence[Component], name: str) -> str:
    """The parties in the nearest metadata of that name."""
    named = (party_names(component.metadata(name)) for component in path)
    return ", ".join(next((found for found in named if found), ()))


def _dateline(story: _Story, document: NewsItems) -> Dateline | None:
    place = city_of(story.path)
    heads = (part.content.dateline for part in story.body.parts if part.content.dateline)
    text = line_of(story.path, "dateline", story.language) or next(heads, "") or place
    dates = (e for component in story.path for e in component.metadata("datelinedate"))
    date = moment(plain(next(dates, None)), document.wire.provider.zone)
    return Dateline(text=text, place=place or place_of(text), date=date) if text else None


def _summary(body: Body, typed: TypedLines, kind: ItemType) -> str:
    """The summary; of pictures, films and sounds the text that describes them."""
    texts = [text.content.text for text in (*body.summaries, *body.leads)] or typed.of(SUMMARY)
    return "\n\n".join(distinct(texts)) or (body.text if kind in MEDIA else "")


def _aliases(element: etree._Element, uri: str, path: Sequence[Component], document: NewsItems) -> tuple[str, ...]:
    """Other names of the item; the story in another language goes by that of the news item as well."""
    names, profile = document.names[element], document.wire.provider
    filed = moment(text_in(management_of(element), "firstcreated"), profile.zone)
    properties = [pair for component in path for pair in component.properties()]
    shared = names.aliases if uri == names.uri else (names.uri,)
    found = distinct([*shared, *other_names(element, properties, filed, profile)])
    return tuple(name for name in found if name != uri)


def _left_out(typed: TypedLines) -> list[ParseWarning]:
    lines = "; ".join(typed.left_out)
    return [ParseWarning(code="line_left_out", detail=lines[:200])] if lines else []
