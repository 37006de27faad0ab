import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_ingest.providers import Profile, read_profiles


def test_a_table_is_a_profile() -> None:
    profiles = read_profiles(
        """
        [fjordwire]
        language = "nb"
        time_zone = "Europe/Oslo"
        may_cancel = ["fjordphoto"]
        [relay]
        carries = "fjordwire"
        """
    )

    assert profiles["fjordwire"] == Profile(
        "fjordwire", language="nb", time_zone="Europe/Oslo", may_cancel=("fjordphoto",)
    )
    assert profiles["relay"].scope == profiles["fjordwire"].scope == "fjordwire"


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
        ("[a]\nkill_lines = ['(']", "not a regular expression"),
        ("[a]\ncorrection_lines = 'RETTET'", "a list of texts"),
        ("[a]\ncarries = 'a'", "its own items"),
        ("[a]\ncarries = 'b'\n[b]\ncarries = 'c'", "itself carries"),
    ],
)
def test_a_setting_that_cannot_work_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        read_profiles(text)
