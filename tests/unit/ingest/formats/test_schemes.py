import pytest
from lxml import etree
from wiredesk_ingest.formats.schemes import declared_schemes, scheme_of
from wiredesk_ingest.formats.vocabulary import subject_of

ITEM = etree.fromstring(
    "<newsItem><catalog><scheme alias='mt' uri='https://cv.iptc.org/newscodes/mediatopic'/>"
    "<scheme alias='medtop' uri='http://cv.fjord.example/mediums/'/><scheme alias='' uri='http://x.example/'/>"
    "<scheme alias='nowhere'/></catalog></newsItem>"
)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("mt", "medtop"),
        ("medtop", "http://cv.fjord.example/mediums/"),
        ("subj", "subj"),
        ("nowhere", "nowhere"),
        ("http://cv.iptc.org/newscodes/subjectcode/", "subj"),
        ("http://cv.fjord.example/mediums/", "http://cv.fjord.example/mediums/"),
    ],
)
def test_one_scheme_is_written_one_way_and_the_catalog_of_the_file_decides(name: str, scheme: str) -> None:
    assert scheme_of(name, declared_schemes((ITEM,))) == scheme


def test_a_prefix_means_what_the_other_file_says_only_there() -> None:
    assert scheme_of("medtop", declared_schemes(())) == "medtop"


@pytest.mark.parametrize("code", ["medtop:20000151", "http://cv.iptc.org/newscodes/mediatopic/20000151"])
def test_the_same_topic_is_the_same_subject_by_qcode_and_by_uri(code: str) -> None:
    subject = subject_of(code)

    assert subject is not None
    assert (subject.scheme, subject.code) == ("medtop", "20000151")
