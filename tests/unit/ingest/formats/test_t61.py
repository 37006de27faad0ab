"""Accents that stand before their letters, told from letters that have them."""

import pytest
from wiredesk_ingest.formats.t61 import from_t61, is_t61


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (b"M\xc8uller", "Müller"),
        (b"gr\xc8u\xfbt Ren\xc2e", "grüßt René"),
        (b"gar\xcbcon, \xc2Elan, pe\xc4na", "garçon, Élan, peña"),
        (b"R\xf8dby, n\xc8aher", "Rødby, näher"),
    ],
)
def test_each_accent_comes_onto_its_letter(sent: bytes, meant: str) -> None:
    text = sent.decode("cp1252")

    assert is_t61(text)
    assert from_t61(text) == meant


@pytest.mark.parametrize(
    "text",
    ["Ärzte in Ägypten", "Île-de-France, Âge, Ça va", "PERCHÈ NO", "Müller grüßt", "plain", "", "McÍt x", "naÈ"],
)
def test_letters_that_have_their_accent_are_left_alone(text: str) -> None:
    assert not is_t61(text)
