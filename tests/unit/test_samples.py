"""Every sample wire is what the table in samples/README.md promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Item, ItemType, Status
from wiredesk_core.messages import CancelMarked, VersionAccepted
from wiredesk_ingest.intake import facts_of, read_wire
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.wire import Wire

SAMPLES = Path(__file__).parents[2] / "samples"
WIRES = sorted(path for path in (SAMPLES / "wires").rglob("*") if path.is_file())
PROFILES = read_profiles((SAMPLES / "providers.toml").read_text(encoding="utf-8"))
BROKEN = {"northwire/12-broken.json"}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def name_of(path: Path) -> str:
    return path.relative_to(SAMPLES / "wires").as_posix()


def facts(name: str) -> Sequence[VersionAccepted | CancelMarked]:
    path = SAMPLES / "wires" / name
    wire = Wire(path.read_bytes(), PROFILES[path.parent.name], filename=path.name)
    return facts_of(read_wire(wire), wire, "receipt", NOW)


def item(name: str) -> Item:
    """The one item of a sample."""
    (told,) = (fact.item for fact in facts(name) if isinstance(fact, VersionAccepted))
    return told


def test_there_are_enough_of_them_and_the_table_names_each() -> None:
    table = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert len(WIRES) >= 40
    assert [path for path in WIRES if f"`{name_of(path)}`" not in table] == []


@pytest.mark.parametrize("path", [path for path in WIRES if name_of(path) not in BROKEN], ids=name_of)
def test_a_sample_can_be_read(path: Path) -> None:
    for fact in facts(name_of(path)):
        if isinstance(fact, CancelMarked):
            continue
        told = fact.item
        assert told.headline
        assert told.raw is not None
        if told.type is ItemType.text and told.status is not Status.canceled:
            assert told.body_text
            assert "\ufffd" not in told.body_text or "invalid" in path.name
            assert "<p>" not in told.body_text
            assert "window.track" not in told.body_text


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_the_broken_file_is_unreadable(name: str) -> None:
    with pytest.raises(Unreadable) as reason:
        facts(name)
    assert reason.value.detail


@pytest.mark.parametrize(
    ("folder", "format_name"),
    [
        ("altapress", "newsml_g2"),
        ("aurora", "newsml_1"),
        ("fjordtelex", "iptc_7901"),
        ("harborpress", "ninjs"),
        ("kelpwire", "nitf"),
        ("kestrel", "plain_text"),
        ("lakeside", "feed"),
        ("meridian", "newsml_g2"),
        ("northwire", "ninjs"),
        ("polarline", "ninjs"),
        ("prairiewire", "anpa_1312"),
        ("puerto", "mail"),
        ("townsquare", "html"),
    ],
)
def test_formats_are_found_in_the_bytes(folder: str, format_name: str) -> None:
    names = [name_of(path) for path in WIRES if path.parent.name == folder and name_of(path) not in BROKEN]
    found = [fact.item.raw for name in names for fact in facts(name) if isinstance(fact, VersionAccepted)]
    assert {raw.format for raw in found if raw} == {format_name}


def test_a_message_brings_each_of_its_stories() -> None:
    told = [fact.item for fact in facts("meridian/01-message.xml") if isinstance(fact, VersionAccepted)]
    assert [item.language for item in told] == ["en", "de", "fr"]


def test_the_correction_is_a_higher_version_of_the_same_item() -> None:
    first, second = item("northwire/01-volcano.json"), item("northwire/02-volcano-correction.json")
    assert first.uri == second.uri
    assert (first.version, second.version) == ("1", "2")
    assert "1,140" in first.body_text
    assert "1,410" in second.body_text


def test_the_update_names_what_it_evolved_from() -> None:
    assert item("northwire/03-volcano-update.json").evolved_from == item("northwire/01-volcano.json").uri
    assert item("northwire/05-truce.json").evolved_from == item("northwire/04-truce-flash.json").uri


def test_the_flash_is_most_urgent() -> None:
    assert item("northwire/04-truce-flash.json").urgency == 1


@pytest.mark.parametrize(
    "name",
    ["northwire/06-space-embargo.json", "meridian/04-debris-embargo.xml", "kelpwire/04-harbour-dues-embargo.nitf"],
)
def test_embargoes_lie_far_ahead(name: str) -> None:
    until = item(name).embargoed_until
    assert until is not None
    assert until.year == 2099


@pytest.mark.parametrize(
    ("target", "kill"),
    [
        ("northwire/07-minister.json", "northwire/08-minister-kill.json"),
        ("meridian/05-dairy.xml", "meridian/06-dairy-kill.xml"),
        ("aurora/01-lighthouse.newsml", "aurora/03-lighthouse-kill.newsml"),
    ],
)
def test_a_kill_cancels_the_item_before_it(target: str, kill: str) -> None:
    assert item(target).status is Status.usable
    assert item(kill).status is Status.canceled
    assert item(target).uri == item(kill).uri


def test_a_kill_names_the_message_that_it_cancels() -> None:
    _, *marks = facts("fjordtelex/04-resignation-kill.7901")
    assert item("fjordtelex/03-resignation.7901").uri in {m.alias for m in marks if isinstance(m, CancelMarked)}


def test_a_notice_names_the_document_that_it_cancels_and_stays() -> None:
    notice, mark = facts("kelpwire/03-ferry-table-withdrawn.nitf")
    assert isinstance(notice, VersionAccepted)
    assert isinstance(mark, CancelMarked)
    assert (notice.item.type, notice.item.status) == (ItemType.advisory, Status.usable)
    assert mark.alias == item("kelpwire/02-ferry-table.nitf").uri


def test_a_lead_and_a_writethru_belong_to_the_story_before_them() -> None:
    first, *_ = (fact.item for fact in facts("fjordtelex/01-stream.7901") if isinstance(fact, VersionAccepted))
    lead = item("fjordtelex/02-bridge-lead.7901")
    assert (lead.take_key, lead.signals) == ("2ND LEAD", ("sig:update",))
    assert lead.aliases == first.aliases
    before, after = item("prairiewire/01-orchard.anpa"), item("prairiewire/02-orchard-writethru.anpa")
    assert (before.slugline, before.aliases) == (after.slugline, after.aliases)


def test_an_advance_and_an_embargoed_mail_are_shut() -> None:
    assert item("prairiewire/04-dam-advance.anpa").embargoed_until == datetime(2024, 6, 15, 4, tzinfo=UTC)
    until = item("puerto/02-figures-embargo.eml").embargoed_until
    assert until is not None
    assert until.year == 2099


def test_the_duplicate_has_the_same_bytes() -> None:
    first, again = (SAMPLES / "wires/harborpress" / name for name in ("01-rates.json", "02-rates-again.json"))
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kestrel/02-bridge-cp1252.txt", "“bridge of friendship”"),
        ("townsquare/03-bridge-lying.html", "hauliers’ association"),
        ("altapress/04-museo.xml", "pensado para niños"),
        ("kestrel/07-nachtzug.txt", "abschließbaren"),
        ("aurora/01-lighthouse.newsml", "lighthouse of Tórshavn"),
    ],
)
def test_letters_are_right_whatever_the_wire_says_of_its_charset(name: str, words: str) -> None:
    assert words in item(name).body_text


def test_withheld_is_kept_as_withheld() -> None:
    assert item("polarline/04-dairy-withheld.json").status is Status.withheld


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("northwire/10-volcano-picture.json", ItemType.picture),
        ("northwire/11-rates-planning.json", ItemType.planning),
    ],
)
def test_what_is_no_text_is_kept_as_what_it_is(name: str, kind: ItemType) -> None:
    assert item(name).type is kind


@pytest.mark.parametrize("name", ["meridian/02-floods.xml", "meridian/03-mine.xml", "meridian/07-squid.xml"])
def test_all_the_text_of_a_newsml_item_is_there(name: str) -> None:
    last = {
        "meridian/02-floods.xml": "Then we can breathe.",
        "meridian/03-mine.xml": "inspect its own mines as well.",
        "meridian/07-squid.xml": "takes no part.",
    }[name]
    assert last in item(name).body_text
