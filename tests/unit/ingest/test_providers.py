"""A providers file is read to its end: profiles, mistakes and oddities, each with its place."""

from __future__ import annotations

import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_ingest.provider_file import examine, read_profiles
from wiredesk_ingest.provider_keys import KEYS
from wiredesk_ingest.providers import Profile


def test_a_table_is_a_profile() -> None:
    profiles = read_profiles(
        """
        [fjordwire]
        language = "nb"
        time_zone = "Europe/Oslo"
        may_cancel = ["relay"]
        signals = { "FW:Trukket" = "kill" }
        [relay]
        carries = "fjordwire"
        precedence = 10
        formats = ["ninjs"]
        """
    )

    assert profiles["fjordwire"] == Profile(
        "fjordwire", language="nb", time_zone="Europe/Oslo", may_cancel=("relay",), signals={"fw:trukket": "kill"}
    )
    assert profiles["relay"].scope == profiles["fjordwire"].scope == "fjordwire"
    assert profiles["relay"].precedence == 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a", "not TOML"),
        ("a = 1", "write a table"),
        ("[Fjord]", "lower-case"),
        ("[a]\nlangauge = 'en'", "no such key"),
        ("[a]\nlanguage = 1", "text in quotes"),
        ("[a]\nmay_cancel = 'b'", "a list"),
        ("[a]\ntime_zone = 'Oslo time'", "not a time zone"),
        ("[a]\ntime_zone = '../etc'", "not a time zone"),
        ("[a]\nboilerplate = ['(']", "not a regular expression"),
        ("[a]\nboilerplate = ['(?=x)y']", "no look-arounds"),
        ("[a]\nkill_lines = ['^ANNULÉ\\b']", "ASCII letters only"),
        ("[a]\nkill_lines = ['(']", "not a regular expression"),
        ("[a]\ncorrection_lines = 'RETTET'", "a list of texts"),
        ("[a]\ndateless_ids = 'yes'", "true or false"),
        ("[a]\ncarries = 'a'", "its own items"),
        ("[a]\ncarries = 'b'\n[b]\ncarries = 'c'", "itself carries"),
        ("[a]\nprecedence = true", "whole number"),
        ("[a]\nprecedence = 5000", "from -1000 to 1000"),
        ("[a]\nformats = ['ninja']", "is no format; there are"),
        ("[a]\ninbound = 1", "true or false"),
        ("[ingest]\ninbound = true", "a service is called so"),
        ("['a.b']\ninbound = true\n[a_b]\ninbound = true", "does not tell"),
        ("[a]\nfolder = 'drop'", "the whole path"),
        ("[a]\nsilence = 'never'", "'adaptive', 'off'"),
        ("[a]\nsilence = 0", "number of minutes"),
        ("[a]\nfeeds = 'x'", r"\[\[PROVIDER.feeds\]\]"),
        ("[[a.feeds]]\nkind = 'rss'", "feed 1: say what is asked"),
        ("[[a.feeds]]\nurl = 'ftp://x'", "feed 1, url: .* is no address"),
        ("[[a.feeds]]\nurl = 'https://me:x@a.example'", "no user and password"),
        ("[[a.feeds]]\nurl = 'https://a.example'\nkind = 'soap'", "one of rss, http, token"),
        ("[[a.feeds]]\nurl = 'https://a.example'\nevery = [60, 10]", "the smaller first"),
        ("[[a.feeds]]\nurl = 'https://a.example'\nauthorization = 'Bearer x'", "never the secret itself"),
        ("[[a.feeds]]\nurl = 'https://a.example'\n[[a.feeds]]\nurl = 'https://b.example'", "two feeds are called"),
        ("[a]\nsignals = ['x']", "table of signals"),
        ("[a]\nsignals = { 'x:y' = 'murder' }", "one of kill, correction"),
        ("[a]\nsignals = { ' ' = 'kill' }", "without a name"),
    ],
)
def test_a_setting_that_cannot_work_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        read_profiles(text)


def test_every_mistake_is_said_at_once_with_table_key_and_line() -> None:
    examined = examine('[a]\nlanguage = 1\n\n[b]\ncredit = "B"\ncolour = "red"\n[c]\nsource = "C"\n')

    assert [(m.table, m.key, m.line) for m in examined.mistakes] == [("a", "language", 2), ("b", "colour", 6)]
    assert list(examined.profiles) == ["c"]
    with pytest.raises(Misconfigured, match=r"line 2: \[a\] language: .*; line 6: \[b\] colour: "):
        read_profiles('[a]\nlanguage = 1\n\n[b]\ncredit = "B"\ncolour = "red"\n')


def test_a_key_that_is_a_table_of_its_own_is_found_by_its_head() -> None:
    examined = examine('[a]\nlanguage = "en"\n[a.signals]\n"x:y" = "murder"\n')

    assert [(m.key, m.line) for m in examined.mistakes] == [("signals", 3)]


def test_the_line_of_a_key_is_not_taken_from_the_next_table() -> None:
    examined = examine('["a"]\n[b]\ncarries = "b"\n')

    assert [(m.table, m.line) for m in examined.mistakes] == [("b", 3)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nboilerplate = ['.*']", "every text"),
        ("[a]\nkill_lines = ['.']", "nearly every line"),
        ("[a]\nlanguage = 'norsk'", "no language code"),
        ("[a]\nlanguage = 'xx'", "no language code"),
        ("[a]\nmay_cancel = ['fotofjord']", "spelt"),
    ],
)
def test_what_is_allowed_but_odd_is_said_and_kept(text: str, said: str) -> None:
    examined = examine(text)

    assert "a" in examined.profiles
    assert [said in oddity.told for oddity in examined.oddities] == [True]
    assert examined.oddities[0].line == 2


def test_an_example_of_every_key_makes_a_profile_without_complaints() -> None:
    example = "[x]\n" + "\n".join(f"{key.name} = {key.example}" for key in KEYS) + "\n[fjordwire]\n[fjordphoto]\n"
    examined = examine(example)

    assert examined.mistakes == ()
    assert examined.oddities == ()
