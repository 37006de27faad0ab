"""What belongs to mail alone: flowed lines, names made of ids, limits on parts."""

from email.message import EmailMessage

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.formats.mail import MOST_PARTS, recognise, unflowed
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire")


@pytest.mark.parametrize(
    ("text", "joined", "expected"),
    [
        ("A ferry \r\nran aground.\r\n\r\nNobody", False, "A ferry ran aground.\n\nNobody"),
        ("A fer \nry", True, "A ferry"),
        (" From here", False, "From here"),
        ("End.\n-- \nDesk", False, "End.\n-- \nDesk"),
        ("", False, ""),
    ],
)
def test_flowed_lines_are_put_together(text: str, expected: str, *, joined: bool) -> None:
    assert unflowed(text, joined=joined) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("From: a\nTo: b\nSubject: c\n\nText", True),
        ("Received: x\n by y\nReceived: z\nFrom: a\nDate: c\n\nText", True),
        ("From: the desk\n\nTo: our readers\n\nSubject: fog", False),
        ("Subject: fog\n\nText", False),
        ("The ferry\nFrom: a\nTo: b\n", False),
    ],
)
def test_a_mail_is_known_by_its_header(text: str, *, expected: bool) -> None:
    assert recognise(text) is expected


def test_a_message_id_is_a_url() -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@fjordwire.example", "b@fjordwire.example", "Fog"
    message["Message-ID"] = "<fog/1#2@fjordwire.example>"

    (item,) = read_wire(Wire(message.as_bytes(), PROFILE)).items

    assert item.uri == "mid:fog%2F1%232@fjordwire.example"


def test_parts_without_end_are_refused() -> None:
    head = "From: a\nTo: b\nSubject: c\nContent-Type: multipart/mixed; boundary=x\n\n"
    wire = Wire((head + "--x\n\ntext\n" * (MOST_PARTS + 1)).encode(), PROFILE)

    with pytest.raises(Unreadable) as refused:
        read_wire(wire)

    assert refused.value.code == "mail_bomb"


def nested(depth: int) -> bytes:
    """A mail whose text lies under that many multiparts."""
    parts = (f"Content-Type: multipart/mixed; boundary=x{n}\n\n--x{n}\n" for n in range(depth))
    return ("From: a\nTo: b\nSubject: c\n" + "".join(parts) + "\ntext").encode()


def test_parts_nested_in_parts_are_read() -> None:
    (item,) = read_wire(Wire(nested(5), PROFILE)).items

    assert item.body_text == "text"


@pytest.mark.parametrize("depth", [400, 900, 3000])
def test_parts_nested_without_end_are_refused(depth: int) -> None:
    with pytest.raises(Unreadable) as refused:
        read_wire(Wire(nested(depth), PROFILE))

    assert refused.value.code == "mail_bomb"
