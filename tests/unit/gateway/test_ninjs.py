from wiredesk_core.article import Article
from wiredesk_core.item import Association, Subject
from wiredesk_core.testing import make_item
from wiredesk_gateway.ninjs import ninjs_of


def test_a_code_whose_scheme_is_a_uri_is_told_as_a_uri_and_others_as_a_literal() -> None:
    subjects = (
        Subject(code="20000151", scheme="medtop", name="storm"),
        Subject(code="harbours", scheme="http://cv.fjord.example/subjects/"),
        Subject(code="Ferries", name="Ferries"),
    )
    told = ninjs_of(Article(uri="urn:x", item_id="i", revision=1, item=make_item(subjects=subjects)))

    assert told["subjects"] == [
        {"name": "storm", "literal": "medtop:20000151"},
        {"name": "harbours", "uri": "http://cv.fjord.example/subjects/harbours"},
        {"name": "Ferries", "literal": "Ferries"},
    ]


def test_a_member_of_a_package_keeps_its_version() -> None:
    item = make_item(associations=(Association(rel="main", uri="urn:y", version="15"),))
    told = ninjs_of(Article(uri="urn:x", item_id="i", revision=1, item=item))

    assert told["associations"] == [{"name": "main-0", "rel": "main", "uri": "urn:y", "version": "15"}]
