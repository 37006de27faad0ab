"""E-mail (RFC 5322 and MIME): the story is the text, the headline the subject, the name the Message-ID.

Each part has its own charset, so the bytes are read and not the wire's text. What is no text stays in the wire and
is told as an association. A message enclosed in another is an item of its own.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Association, Cancel, Item, ItemType, ParseWarning, Status

from wiredesk_ingest.formats.bounds import MOST_CHARACTERS, refuse_masses
from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.markup import Block, blocks_of_html, text_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.plain_text import content_uri, printed_byline
from wiredesk_ingest.formats.shown_html import html_of_blocks, safe_html
from wiredesk_ingest.formats.takes import KILL, is_take_line, sealed_until, signals_of
from wiredesk_ingest.formats.vocabulary import distinct, priority_of, type_of
from wiredesk_ingest.wire import Wire, part_of

HEAD = 16_384
FIELD = re.compile(
    r"^(received|x-received|delivered-to|return-path|from|to|cc|reply-to|subject|date|message-id|mime-version|"
    r"content-type|dkim-signature|list-id):[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
TELLING = 3
"""Different header fields that make a text a mail."""
BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
MBOX = re.compile(rb"^From \S+ .*\d{4}[ \t]*\r?\n", re.MULTILINE)
MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
READABLE = frozenset({"text/plain", "text/html"})
TRUNCATED = frozenset({"CloseBoundaryNotFoundDefect", "StartBoundaryNotFoundDefect", "InvalidBase64LengthDefect"})
MOST_PARTS = 500
LONGEST_FIELD = 65_536
READ = ("message-id", "subject", "date", "from", "supersedes", "in-reply-to", "references", "content-language",
        "x-priority", "keywords", "expires", "expiry-date")  # fmt: skip
"""The fields that are read; of addressees alone there may be thousands."""
CONTENT_FIELD = re.compile(rb"^content-[a-z-]+:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
HEADER_FIELD = re.compile(rb"^[!-9;-~]+:", re.MULTILINE)
MOST_FIELDS = 20_000
MOST_MAIL_LINES = 250_000
"""Those of attachments included: sixteen mebibytes in Base64 have 220,000."""
BOUNDARY = re.compile(rb"^--", re.MULTILINE)
DEEPEST = 20
FULL = 0.9
"""How much of the words of the fullest alternative an HTML one must have to be taken for its markup."""
LONGEST_EMBARGO_LINE = 200


def recognise(text: str) -> bool:
    """Whether the text starts with the header of a mail, or with an mbox line before one."""
    head = BLANK_LINE.split(text[:HEAD].lstrip(), maxsplit=1)[0]
    return len({name.lower() for name in FIELD.findall(head)}) >= TELLING


def parse(text: str, wire: Wire) -> tuple[Item, ...]:  # noqa: ARG001 - every part has a charset of its own
    """An item for each message: the mails of an mbox, and those enclosed in others. Raises Unreadable: mail_bomb."""
    items: list[Item] = []
    mails = _mails(wire.data)
    for data in mails:
        part = part_of(data) if len(mails) > 1 else None
        try:
            items += (item.model_copy(update={"raw": part}) for item in _items(_message(data), wire, 0))
        except RecursionError as error:
            raise Unreadable("mail_bomb", "parts are nested without end: send the text as one part") from error
        if len(items) > MOST_PARTS:
            raise Unreadable("mail_bomb", f"more than {MOST_PARTS} messages: send them one by one")
    return tuple(items)


def _message(data: bytes) -> Message[str, str]:
    """A mail in its parts. What the library would need quadratic time for is refused before."""
    if data.count(b"\n") > MOST_MAIL_LINES:
        raise Unreadable("mail_bomb", f"more than {MOST_MAIL_LINES} lines: send it in parts")
    if any(len(field[0]) > LONGEST_FIELD for field in CONTENT_FIELD.finditer(data)):
        raise Unreadable("mail_bomb", f"a Content- field of more than {LONGEST_FIELD} bytes: name the part in short")
    if len(BOUNDARY.findall(data)) > MOST_PARTS * 2:
        raise Unreadable("mail_bomb", f"more than {MOST_PARTS} parts: send the text as one part")
    if len(HEADER_FIELD.findall(data)) > MOST_FIELDS:
        raise Unreadable("mail_bomb", f"more than {MOST_FIELDS} fields: send it without")
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    parts = [part for part in message.walk() if _is_text(part) and not part.is_multipart()]
    decoded = (part.get_payload(decode=True) for part in parts)
    texts = [text for text in decoded if isinstance(text, bytes)]
    if sum(map(len, texts)) > MOST_CHARACTERS * 2:
        raise Unreadable("copy_too_long", f"texts of more than {MOST_CHARACTERS} characters: send one story a mail")
    refuse_masses(b"\n".join(texts).decode("latin-1"))
    return message


@dataclass(frozen=True, slots=True)
class _Text:
    """A text part: its blocks, the markup that it had, and what had to be guessed of its charset."""

    blocks: tuple[Block, ...]
    markup: str
    warnings: tuple[ParseWarning, ...]

    @property
    def words(self) -> int:
        return sum(len(block.text.split()) for block in self.blocks)


def _mails(data: bytes) -> list[bytes]:
    """The mails of an mbox, else the one there is."""
    data = data.lstrip()
    if not MBOX.match(data):
        return [data]
    return [part for part in MBOX.split(data) if part.strip()]


def _items(message: Message[str, str], wire: Wire, depth: int) -> Iterator[Item]:
    leaves = list(_leaves(message, 0))
    if len(leaves) > MOST_PARTS:
        raise Unreadable("mail_bomb", f"more than {MOST_PARTS} parts: send the text as one part")
    item = _item(message, leaves, wire)
    yield item
    for part in leaves if depth < DEEPEST else ():
        if isinstance(enclosed := _enclosed(part), Message):
            yield from (_under(item, inner) for inner in _items(enclosed, wire, depth + 1))


def _under(outer: Item, inner: Item) -> Item:
    """What comes inside a mail is never open before the mail is."""
    shut = [end for end in (outer.embargoed_until, inner.embargoed_until) if end is not None]
    return inner.model_copy(update={"embargoed_until": max(shut, default=None)})


def _enclosed(part: Message[str, str]) -> Any:
    """The message that a part encloses, or None."""
    payload = part.get_payload() if part.get_content_type() == "message/rfc822" else None
    return payload[0] if isinstance(payload, list) and payload else None


def _leaves(part: Message[str, str], depth: int) -> Iterator[Message[str, str]]:
    """The parts that have no parts, in order; an enclosed message is one."""
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        yield part
        return
    if depth > DEEPEST:
        raise Unreadable("mail_bomb", f"parts nested deeper than {DEEPEST}: send the text as one part")
    for child in part.get_payload():
        if isinstance(child, Message):
            yield from _leaves(child, depth + 1)


def _item(message: Message[str, str], leaves: list[Message[str, str]], wire: Wire) -> Item:
    fields, profile = _fields(message), wire.provider
    inline = [text for text in _texts(message) if text.blocks]
    texts = inline or [_text(part) for part in leaves if part.get_content_type() in READABLE]
    blocks = [block for text in texts for block in text.blocks]
    body = text_of(blocks)
    warnings = [warning for text in texts for warning in text.warnings]
    subject = fields.get("subject", "")
    take = subject.partition(":")[0] if ":" in subject and is_take_line(subject.partition(":")[0], profile) else ""
    # In a subject, `Kill:` may be a film; a kill is written in capitals.
    killing = KILL in signals_of(take if take.isupper() else "", subject, profile)
    signals = tuple(s for s in signals_of(take, subject, profile) if killing or s != KILL)
    uri, earlier = _identity(fields, subject, body, warnings), _earlier(fields)
    if killing and not earlier:
        warnings.append(ParseWarning(code="kill_without_target", detail="it answers no message that could be meant"))
    sent = moment(fields.get("date", ""), profile.zone)
    if sent is None:
        warnings.append(ParseWarning(code="date_unreadable", detail=repr(fields.get("date", ""))[:80]))
    top = [block.text for block in blocks[:3] if len(block.text) <= LONGEST_EMBARGO_LINE]
    embargoed_until, noted = sealed_until("\n".join((subject, *top)), "", sent, profile.zone)
    attached = tuple(_association(part) for part in leaves if not _is_text(part))
    warnings += [*_defects(message), *_unread(attached if inline or not texts else ())]
    return Item(
        uri=uri,
        type=ItemType.advisory if killing else ItemType.text,
        status=Status.canceled if killing else Status.usable,
        signals=signals,
        language=language_of(fields.get("content-language", "").partition(",")[0]) or profile.language,
        headline=subject,
        byline=printed_byline([block.text for block in blocks[:3]]),
        source=profile.source or _sender(fields.get("from", "")),
        credit=profile.credit,
        priority=priority_of(fields.get("x-priority", "").partition(" ")[0]),
        keywords=distinct(fields.get("keywords", "").split(",")),
        body_text=body,
        body_html=_shown(texts),
        embargoed_until=embargoed_until,
        first_created=sent,
        version_created=sent,
        expires=moment(fields.get("expires") or fields.get("expiry-date") or "", profile.zone),
        take_key=take,
        evolved_from=earlier[0] if earlier else None,
        cancels=tuple(Cancel(id=name) for name in earlier[:1]) if killing else (),
        associations=(*attached, *(Association(rel="reference", uri=name) for name in earlier[1:])),
        warnings=(*warnings, *noted),
    )


def _fields(message: Message[str, str]) -> dict[str, str]:
    """The header by lower-case names, decoded; the first of each counts."""
    told: dict[str, str] = {}
    for name, value in message.raw_items():
        told.setdefault(name.lower(), str(value))
    return {name: _decoded(told[name]) for name in READ if name in told}


def _decoded(value: str) -> str:
    """A header's text on one line: encoded words in their charset, raw bytes in the one they look like."""
    if len(value) > LONGEST_FIELD:
        raise Unreadable("mail_bomb", f"a header field of more than {LONGEST_FIELD} characters: shorten it")
    if not value.isascii():
        value = decode(value.encode("ascii", "surrogateescape") if _is_raw(value) else value.encode()).text
    encoded, _, rest = value.rpartition("?=")
    try:
        parts = [*decode_header(f"{encoded}?="), (rest, None)] if encoded else [(value, None)]
    except (HeaderParseError, ValueError):
        parts = [(value, None)]
    text = "".join(
        part if isinstance(part, str) else decode(part, f"text/plain; charset={charset or 'ascii'}").text
        for part, charset in parts
    )
    return " ".join(without_controls(text).split())


def _is_raw(value: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in value) and all(
        character < "\x80" or "\udc80" <= character <= "\udcff" for character in value
    )


def _identity(fields: dict[str, str], subject: str, body: str, warnings: list[ParseWarning]) -> str:
    """The Message-ID as a URL (RFC 2392); without one, a name made of date and content."""
    found = MESSAGE_ID.search(fields.get("message-id", ""))
    own = found[1] if found else fields.get("message-id", "").strip()
    if own:
        return _mid(own)
    warnings.append(ParseWarning(code="uri_from_content", detail="no Message-ID: named by its content"))
    return content_uri("\n".join((fields.get("date", ""), fields.get("from", ""), subject, body)))


def _mid(message_id: str) -> str:
    return f"mid:{quote(message_id, safe='@!$&*+=^_~.-')}"


def _earlier(fields: dict[str, str]) -> list[str]:
    """The messages that this one goes on from, the nearest first."""
    nearest = [name for field in ("supersedes", "in-reply-to") for name in MESSAGE_ID.findall(fields.get(field, ""))]
    others = reversed(MESSAGE_ID.findall(fields.get("references", "")))
    return list(dict.fromkeys(_mid(name) for name in (*nearest, *others)))


def _sender(value: str) -> str:
    """The sender's name, or the address where there is no name."""
    name, address = parseaddr(value)
    return name or address or value


def _is_text(part: Message[str, str]) -> bool:
    """Whether a part is to be read: text that nobody attached."""
    attached = (part.get_content_disposition() or "") == "attachment"
    return not attached and part.get_content_type() in READABLE


def _texts(part: Message[str, str]) -> list[_Text]:
    """The texts of a part in order; of alternatives the fullest, with markup where that says as much."""
    if not part.is_multipart() or part.get_content_maintype() != "multipart":
        return [_text(part)] if _is_text(part) else []
    inside = [_texts(child) for child in part.get_payload() if isinstance(child, Message)]
    if part.get_content_subtype() != "alternative":
        return [text for texts in inside for text in texts]
    sizes = [sum(text.words for text in texts) for texts in inside]
    rich = [at for at, texts in enumerate(inside) if any(text.markup for text in texts)]
    rich = [at for at in rich if sizes[at] >= max(sizes) * FULL]
    order = rich or list(range(len(inside)))
    return inside[max(order, key=lambda at: sizes[at])] if inside else []


def _text(part: Message[str, str]) -> _Text:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    charset = part.get_content_charset() or "ascii"
    read = decode(data, f"text/plain; charset={charset}")
    text = without_controls(read.text)
    if part.get_content_type() == "text/html":
        return _Text(tuple(blocks_of_html(text)), text, read.warnings)
    if str(part.get_param("format") or "").lower() == "flowed":
        text = unflowed(text, joined=str(part.get_param("delsp") or "").lower() == "yes")
    return _Text(tuple(Block(paragraph, "p") for paragraph in paragraphs_of_plain(text)), "", read.warnings)


def unflowed(text: str, *, joined: bool) -> str:
    """Lines that a mailer broke put together again (RFC 3676): a blank at the end says that the line goes on."""
    parts: list[str] = []
    going_on = True
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.removeprefix(" ")
        parts.append(line if going_on else f"\n{line}")
        going_on = line.endswith(" ") and line != "-- "
        if going_on and joined:
            parts[-1] = parts[-1][:-1]
    return "".join(parts)


def _defects(message: Message[str, str]) -> Iterator[ParseWarning]:
    """What the mail's own form lacks; all of its words have been read nevertheless."""
    found = {type(defect).__name__ for part in message.walk() for defect in part.defects}
    if found & TRUNCATED:
        yield ParseWarning(code="truncated", detail="a part or the mail breaks off before its end")
    if found - TRUNCATED:
        yield ParseWarning(code="mail_repaired", detail=", ".join(sorted(found - TRUNCATED))[:200])


def _unread(attached: tuple[Association, ...]) -> Iterator[ParseWarning]:
    names = [association.headline or "without a name" for association in attached if association.rel == "attachment"]
    if names:
        yield ParseWarning(code="attachments_not_read", detail=", ".join(names)[:200])


def _shown(texts: list[_Text]) -> str:
    return "\n".join(safe_html(text.markup) if text.markup else html_of_blocks(text.blocks) for text in texts)


def _association(part: Message[str, str]) -> Association:
    kind, unknown = type_of(part.get_content_maintype())
    content_id = MESSAGE_ID.search(str(part.get("content-id") or ""))
    if isinstance(enclosed := _enclosed(part), Message):
        fields = _fields(enclosed)
        named = MESSAGE_ID.search(fields.get("message-id", ""))
        return Association(
            rel="enclosed", uri=_mid(named[1]) if named else None, headline=fields.get("subject") or None
        )
    return Association(
        rel="attachment",
        type=None if unknown else kind,
        headline=_decoded(str(part.get_filename() or "")) or None,
        href=f"cid:{quote(content_id[1], safe='@!$&*+=^_~.-')}" if content_id else None,
    )
