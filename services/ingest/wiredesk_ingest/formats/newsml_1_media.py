"""What comes with a NewsML 1.x news item: its pictures, films, sounds and files, and the items that it refers to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from lxml import etree
from wiredesk_core.item import Association, ItemType, ParseWarning

from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.newsml_1_names import Names
from wiredesk_ingest.formats.newsml_1_parts import Component, formal_name, properties_of
from wiredesk_ingest.formats.newsml_1_texts import Text, kinds_of
from wiredesk_ingest.formats.vocabulary import TYPES, distinct

KINDS = (
    (ItemType.video, r"video|mpeg-?[24]|\bmp4\b|mpg|quicktime|\bmov\b|wmv|avi\b|webm|flv"),
    (ItemType.audio, r"audio|sound|mpeg-?3|\bmp3\b|\bwav\b|wma\b|\baac\b|ogg"),
    (ItemType.graphic, r"graphic|illustrator|\beps\b|postscript|svg|flash|animat"),
    (ItemType.picture, r"photo|picture|image|jpe?g|\bgif\b|\bpng\b|tiff?\b|bmp"),
    (ItemType.text, r"\btext\b|nitf|x?html|\btxt\b|\bxml\b"),
)
"""Types of media by words in their media type, format and MIME type, and by the ending of an address."""
MEDIA = {ItemType.video, ItemType.audio, ItemType.graphic, ItemType.picture}
LONGEST_CAPTION = 2_000


def is_of_language(component: Component, language: str, languages: Sequence[str]) -> bool:
    """Whether a component belongs to the story in one of its languages; what only the outermost says holds for all."""
    tag = component.language.partition("-")[0]
    return tag == language or tag not in languages or component.outermost


def media_type(item: etree._Element) -> ItemType | None:
    """What kind of content a ContentItem is; None when nothing tells."""
    said = f"{kinds_of(item)} {(item.get('Href') or '').rpartition('/')[2].lower().replace('.', ' ')}"
    return next((kind for kind, words in KINDS if re.search(words, said)), None)


def media_of(
    components: Sequence[Component], captions: Sequence[Text], path: Sequence[Component]
) -> tuple[Association, ...]:
    """An association for each content that lies elsewhere; a caption goes with the first of the contents beside it.

    The headlines on the path to the story are the story's own and none of theirs.
    """
    around_story = set(path)
    by_object: dict[Component, str] = {}
    for caption in captions:
        around = caption.component.parent or caption.component
        by_object[around] = " ".join((by_object.get(around, ""), *caption.content.text.split())).strip()
    return tuple(
        _association(component, item, by_object, around_story)
        for component in components
        for item in _elsewhere(component)
    )


def _elsewhere(component: Component) -> Iterator[etree._Element]:
    items = component.sections.get("contentitem", ())
    return (item for item in items if (item.get("Href") or "").strip("# "))


def _association(
    component: Component, item: etree._Element, captions: dict[Component, str], around_story: set[Component]
) -> Association:
    kind = media_type(item)
    title = next((value for name, value in properties_of(item) if name == "title"), "")
    around = component.parent or component
    caption = captions.pop(component, "") or captions.pop(around, "")
    headline = (
        caption or title or next((text for c in {component, around} - around_story for text in _headlines(c)), "")
    )
    role = next((formal_name(e) for e in component.sections.get("role", ())), "")
    return Association(
        rel=role or ("attachment" if kind in {None, ItemType.text} else kind or ""),
        type=kind,
        headline=headline[:LONGEST_CAPTION] or None,
        href=(item.get("Href") or "").strip(),
    )


def _headlines(component: Component) -> Iterator[str]:
    return (text for line in component.lines("headline") if (text := plain(line)))


def references_of(
    components: Sequence[Component], uri_of: Callable[[str], str], named: Mapping[etree._Element, Names]
) -> tuple[Association, ...]:
    """An association for each news item that stands in the components or that they refer to.

    uri_of gives the uri that a reference means, "" for one that leads nowhere.
    """
    found = []
    for component in components:
        rel = next((formal_name(e) for e in component.sections.get("role", ())), "") or "member"
        found += [Association(rel=rel, uri=named[e].uri) for e in component.sections.get("newsitem", ())]
        for element in component.sections.get("newsitemref", ()):
            uri = uri_of((element.get("NewsItem") or element.get("Href") or "").strip())
            comment = next((plain(e) for e in element if local(e) == "comment"), "")
            found += [Association(rel=rel, uri=uri, headline=comment or None)] if uri else []
    return tuple(dict.fromkeys(found))


def type_of_item(said: Sequence[str], has_body: bool, media: Sequence[Association], members: int) -> ItemType:
    """The type that its roles and its type name, else that of what it consists of."""
    named = (TYPES.get(word) for words in said for word in re.findall(r"[a-z]+", words.lower()))
    spoken = next((kind for kind in named if kind in MEDIA), None)
    if spoken is not None and (media or has_body):
        return spoken
    if has_body:
        return ItemType.text
    shown = next((link.type for link in media if link.type in MEDIA), None)
    return shown or (ItemType.composite if members else ItemType.text)


def body_elsewhere(media: Sequence[Association]) -> Iterator[ParseWarning]:
    """Said of an item without a text of its own whose text lies behind an address."""
    texts = distinct([link.href or "" for link in media if link.type is ItemType.text])
    if texts:
        yield ParseWarning(code="body_elsewhere", detail=f"only its address came: {', '.join(texts)[:200]}")
