"""Forty-two traps in which readers of wires have been caught, and what shows for each that this one is not.

A proof is a golden wire (`format/case`) or a test (`path::name`, below tests/).
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PITFALLS: dict[str, tuple[str, ...]] = {
    "1 paragraphs wrapped in sections": ("newsml_g2/section_wrapped",),
    "2 copy in divs and tables": ("newsml_g2/divs_tables_and_nested_inline",),
    "3 words in bold, links and spans": ("newsml_g2/divs_tables_and_nested_inline",),
    "4 XHTML in the namespace of the envelope, and content types that vendors made up": (
        "newsml_g2/xhtml_in_the_nar_namespace",
        "newsml_g2/content_types_that_vendors_made_up",
    ),
    "5 NITF without blocks inside another format, and an agency's own tags": (
        "newsml_g2/nitf_without_blocks",
        "newsml_g2/agency_vocabulary",
    ),
    "6 words that stand in the body without any markup": ("newsml_g2/text_directly_in_body",),
    "7 HTML as data, no content at all, a kill without a body": (
        "newsml_g2/inline_data_with_html",
        "newsml_g2/no_content_set",
        "newsml_g2/kill_without_body",
    ),
    "8 several items in one message, all or none, with one priority": (
        "newsml_g2/message_with_several_items",
        "newsml_g2/message_that_is_atomic_and_has_a_priority",
    ),
    "9 prefixes before every name": ("newsml_g2/prefixed_names",),
    "10 versions left out, and versions like a clock": (
        "newsml_g2/version_not_stated_is_the_first",
        "newsml_g2/version_like_a_clock",
    ),
    "11 status left out": ("newsml_g2/status_not_stated_is_usable",),
    "12 codes whose prefix only the file's own catalog explains": ("newsml_g2/codes_by_the_catalog_of_the_file",),
    "13 a provider by code, by words, by address": ("newsml_g2/providers_said_in_three_ways",),
    "14 several headlines and notes, some of them for nobody outside": (
        "newsml_g2/several_headlines_and_notes",
        "newsml_g2/notes_for_desks_by_role",
    ),
    "15 by-lines, datelines and places in their many places": (
        "newsml_g2/who_where_and_whence",
        "newsml_g2/creators_by_code_or_literal_only",
    ),
    "16 embargoes with offset, by date only, unreadable, without a time": (
        "newsml_g2/embargoed",
        "newsml_g2/embargo_by_date_only",
        "newsml_g2/embargo_that_cannot_be_read",
        "newsml_g2/embargo_without_time",
    ),
    "17 signals that correct, add, replace or remove": (
        "newsml_g2/update_that_adds_much",
        "newsml_g2/replaces_the_story_it_names",
        "newsml_g2/removed_by_an_instruction",
    ),
    "18 packages with groups, roles and versions": ("newsml_g2/package_with_groups_and_versions",),
    "19 what is no story in the channel of stories": ("newsml_g2/concepts_events_plans_and_catalogs",),
    "20 languages of three letters, times with offsets and times left out": (
        "newsml_g2/language_of_three_letters_and_times_left_out",
    ),
    "21 DOCTYPEs with entities that nothing explains": (
        "newsml_1/doctype_with_an_undefined_entity",
        "newsml_1/doctype_that_includes_another_dtd",
    ),
    "22 ids that hold their revision, and revisions that are no numbers": (
        "newsml_1/public_identifier_with_its_revision",
        "newsml_1/revision_that_is_no_number",
    ),
    "23 dates in many forms, empty headlines": (
        "newsml_1/times_with_offsets",
        "newsml_1/times_without_a_zone",
        "newsml_1/empty_headline",
    ),
    "24 components in components, languages beside each other, bodies elsewhere or without a wrapper": (
        "newsml_1/two_languages_in_nested_components",
        "newsml_1/body_behind_an_address",
        "newsml_1/paragraphs_without_a_wrapper",
    ),
    "25 a declaration that lies about the charset": ("newsml_1/declaration_lies", "newsml_g2/declaration_lies"),
    "26 NITF's docdata, and documents without an id": (
        "nitf/docdata_with_all_its_parts",
        "nitf/story_key_names_a_document_without_an_id",
        "nitf/no_id_is_named_by_its_content",
    ),
    "27 an embargo by status, and a document that cancels another": (
        "nitf/embargoed_until_its_release",
        "nitf/usable_notice_that_cancels_another_document",
    ),
    "28 placeholders for dates, DOCTYPE first, persons in by-lines, typed tables": (
        "nitf/dates_as_placeholders_and_in_odd_spellings",
        "nitf/latin_1_with_a_doctype_first",
        "nitf/byline_with_persons_and_titles",
        "nitf/tabular_copy_in_paragraphs_keeps_its_lines",
    ),
    "29 IPTC 7901: fill, blank fields, take lines, notepads, odd umlauts, no end, several in a stream": (
        "iptc_7901/fill_and_umlauts_without_declaration",
        "iptc_7901/fields_left_blank",
        "iptc_7901/source_of_several_words",
        "iptc_7901/take_line_before_the_headline",
        "iptc_7901/notepad_for_desks_only",
        "iptc_7901/accents_before_their_letters",
        "iptc_7901/no_start_and_no_end_of_text",
        "iptc_7901/several_messages_in_one_stream",
    ),
    "30 ANPA 1312: codes, lines for desks, alerts without a headline, tables": (
        "anpa_1312/lines_for_desks_above_the_copy",
        "anpa_1312/alert_without_a_headline",
        "anpa_1312/nothing_but_lines_for_desks",
        "anpa_1312/table_with_column_codes",
    ),
    "31 ids made of source, service, sequence and date; kills and corrections by words": (
        "iptc_7901/kill_that_names_a_number",
        "iptc_7901/correction",
        "anpa_1312/kill_of_a_slug",
        "anpa_1312/advance_is_held_until_its_day",
    ),
    "32 one story under several categories": ("anpa_1312/one_story_under_two_categories",),
    "33 generations of ninjs": (
        "ninjs/first_generation",
        "ninjs/second_generation",
        "ninjs/superdesk_dialect",
        "ninjs/associations_empty_null_and_whole",
        "ninjs/dates_in_several_forms",
    ),
    "34 statuses that are none in the standard, kills among them": (
        "ninjs/status_spelled_cancelled",
        "ninjs/status_spelled_replaced",
        "ninjs/status_spelled_commissioned",
        "newsml_g2/kill_in_an_unknown_spelling",
    ),
    "35 AP: text behind a link, and advisories": (
        "ap_media/text_behind_a_link",
        "ap_media/nitf_fetched_as_a_document",
        "ap_media/no_news_content_is_an_advisory",
    ),
    "36 a wire that cannot be read stops no other": (
        "unit/ingest/test_folder.py::test_one_bad_file_does_not_stop_the_feed",
        "unit/ingest/test_stage.py::test_a_bad_wire_does_not_cost_its_chunk_anything",
        "e2e/test_bad_input.py::test_one_bad_line_of_a_batch_costs_the_others_nothing",
    ),
    "37 what has expired on arrival is told, not filtered": (
        "unit/gateway/test_visibility.py::test_an_expired_item_is_gone_from_every_route_and_its_readers_are_told_why",
    ),
    "38 a missing time of the version stays missing": (
        "ninjs/dates_that_are_none",
        "unit/core/test_lifecycle.py::test_wires_without_versions_correct_nothing",
    ),
    "39 an older version after a newer one is kept and not served": (
        "unit/core/test_lifecycle.py::test_the_highest_version_is_served_whenever_it_came",
        "unit/core/test_lifecycle.py::test_each_push_has_its_disposition",
    ),
    "40 an update after the kill stays dead": (
        "unit/core/test_lifecycle.py::test_a_kill_withdraws_every_version_later_ones_too",
        "property/test_lifecycle.py::test_nothing_but_a_reinstatement_revives",
    ),
    "41 a child that comes before its parent": (
        "contract/test_archive_families.py::test_a_chain_is_whole_whichever_link_comes_first",
    ),
    "42 an old signed push sent again, and a door without a key": (
        "unit/ingest/test_signing.py::test_an_old_signature_and_one_from_the_future_are_refused",
        "unit/ingest/test_signing.py::test_sent_again_it_is_the_same_push_under_the_same_receipt",
        "e2e/test_bad_input.py::test_a_missing_key_and_a_wrong_one_are_refused_before_the_body_is_read",
    ),
}


def test_the_traps_are_numbered_without_a_gap() -> None:
    assert [int(trap.partition(" ")[0]) for trap in PITFALLS] == list(range(1, 43))


@pytest.mark.parametrize("trap", PITFALLS)
def test_every_proof_exists(trap: str) -> None:
    assert [proof for proof in PITFALLS[trap] if not exists(proof)] == []


def exists(proof: str) -> bool:
    """Whether there is such a golden wire, or such a test."""
    path, of_test, name = proof.partition("::")
    if not of_test:
        return (TESTS / f"golden/wire/{path}.in").is_file()
    return (TESTS / path).is_file() and f"def {name}(" in (TESTS / path).read_text("utf-8")
