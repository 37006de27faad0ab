"""An article for people: on a terminal its names and headings stand out, elsewhere it is plain text."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wiredesk.console import on_terminal, table

WIDTH = 100
SHORT = 72
"""Signs of a passage that a table shows."""
AROUND = 24
"""Signs before and after a doubtful place that are shown with it."""
HIT_FIELDS = "item_id,published_at,item.provider,item.headline,item.slugline"
"""What a list of hits shows."""
BOLD, NAMED, DIM, PLAIN = "\x1b[1m", "\x1b[4;36m", "\x1b[2m", "\x1b[0m"
Article = Mapping[str, Any]
Spans = Iterable[tuple[int, int]]


def article_text(article: Article) -> str:
    """The whole article, section by section."""
    styled = on_terminal(sys.stdout)
    sections = (
        _head(article, styled=styled),
        _story(article, styled=styled),
        _entities(article),
        _speech(article),
        _dates(article),
        _sources(article),
        _doubts(article),
        _phrases(article),
        _summary(article),
        _removed(article),
        _layers(article),
    )
    return "\n\n".join(section for section in sections if section)


def hits_table(items: Sequence[Mapping[str, Any]]) -> str:
    """Hits, one a line."""
    rows = [
        (
            entry["item_id"],
            str(entry.get("published_at") or "")[:16].replace("T", " "),
            str(entry["item"].get("provider") or ""),
            str(entry["item"].get("headline") or entry["item"].get("slugline") or ""),
        )
        for entry in items
    ]
    return table(("Item", "Published", "Provider", "Headline"), rows)


def _head(article: Article, *, styled: bool) -> str:
    item = article["item"]
    headline = item["headline"] or item["slugline"] or "(no headline)"
    facts = [f"{item['provider']} {item['type']}", item["status"], f"revision {article['revision']}"]
    if item.get("embargoed_until"):
        facts.append(f"embargoed until {item['embargoed_until']}")
    lines = [_styled(headline, BOLD) if styled else headline, item["byline"], ", ".join(facts)]
    return "\n".join([*filter(None, lines), f"{article['item_id']}  {article['uri']}"])


def _story(article: Article, *, styled: bool) -> str:
    text: str = article["text"]
    blocks = article["blocks"] or [{"start": 0, "end": len(text), "kind": "paragraph"}]
    names = [(m["start"], m["end"]) for entity in article["entities"] for m in entity["mentions"]]
    return "\n\n".join(_block(text, block, names, styled=styled) for block in blocks)


def _block(text: str, block: Mapping[str, Any], names: Spans, *, styled: bool) -> str:
    start, end = block["start"], block["end"]
    if block["kind"] == "heading":
        return _styled(text[start:end], BOLD) if styled else f"== {text[start:end]} =="
    if styled:
        return marked(text, start, end, names)
    return textwrap.fill(text[start:end], WIDTH, break_long_words=False)


def marked(text: str, start: int, end: int, spans: Spans) -> str:
    """The stretch of text with the spans inside it marked; of overlapping ones the first."""
    parts, at = [], start
    for first, last in sorted(spans):
        if at <= first and last <= end:
            parts += [text[at:first], _styled(text[first:last], NAMED)]
            at = last
    return "".join([*parts, text[at:end]])


def _entities(article: Article) -> str:
    rows = [
        (e["name"], e["type"], e["id"], f"{e['salience']:.2f}", str(len(e["mentions"])), _forms(e["mentions"]))
        for e in sorted(article["entities"], key=lambda e: -float(e["salience"]))
    ]
    return table(("Entity", "Type", "Id", "Salience", "Mentions", "As"), rows) if rows else ""


def _forms(mentions: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(str(mention["text"]) for mention in mentions))


def _speech(article: Article) -> str:
    said = [(speech, "quote") for speech in article.get("quotes") or ()]
    said += [(speech, "statement") for speech in article.get("statements") or ()]
    rows = [
        (_speaker(speech.get("speaker")), kind, shortened(speech["text"]))
        for speech, kind in sorted(said, key=lambda one: int(one[0]["start"]))
    ]
    return table(("Who says it", "As", "Words"), rows) if rows else ""


def _speaker(speaker: Mapping[str, Any] | None) -> str:
    """By name, with the words that stand for it where they are others."""
    if speaker is None:
        return "nobody named"
    name = str(speaker.get("name") or speaker["text"])
    return name if name == speaker["text"] else f"{name} ({speaker['text']})"


def _dates(article: Article) -> str:
    rows = [
        (d["text"], d["grain"], d["value"], " to ".join(dict.fromkeys(filter(None, (d["first"], d["last"])))))
        for d in article.get("dates") or ()
    ]
    return table(("Time", "Grain", "Value", "Days"), rows) if rows else ""


def _sources(article: Article) -> str:
    rows = [(s["role"], s["text"]) for s in [*(article.get("credits") or ()), *(article.get("attribution") or ())]]
    return table(("Comes from", "Words"), rows) if rows else ""


def _doubts(article: Article) -> str:
    text: str = article["text"]
    rows = [
        (flag["code"], shortened(text[max(0, flag["start"] - AROUND) : flag["end"] + AROUND]))
        for flag in article.get("quality") or ()
    ]
    return table(("Garbled as", "Around"), rows) if rows else ""


def shortened(words: str) -> str:
    """One line of at most so many signs: its beginning and its end."""
    line = " ".join(words.split())
    if len(line) <= SHORT:
        return line
    half = SHORT // 2 - 1
    beginning, ending = line[:half], line[-half:]
    return f"{beginning.rpartition(' ')[0] or beginning} … {ending.partition(' ')[2] or ending}"


def _phrases(article: Article) -> str:
    phrases = ", ".join(str(phrase["text"]) for phrase in article["keyphrases"])
    return f"About: {phrases}" if phrases else ""


def _summary(article: Article) -> str:
    sentences = " ".join(str(sentence["text"]) for sentence in article["summary"])
    return textwrap.fill(f"In short: {sentences}", WIDTH) if sentences else ""


def _removed(article: Article) -> str:
    body: str = article["item"]["body_text"]
    rows = [(r["reason"], " ".join(body[r["start"] : r["end"]].split())) for r in article["removed"]]
    return table(("Removed as", "Text"), rows) if rows else ""


def _layers(article: Article) -> str:
    rows = [
        (name, layer["status"], str(layer["version"]), layer.get("model") or "", layer.get("reason") or "")
        for name, layer in article["layers"].items()
    ]
    return table(("Layer", "Status", "Version", "Model", "Why"), rows) if rows else ""


def _styled(text: str, style: str) -> str:
    return f"{style}{text}{PLAIN}"
