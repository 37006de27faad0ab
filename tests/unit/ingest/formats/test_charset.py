import pytest
from wiredesk_ingest.formats.charset import decode

TEXT = "Procès à Genève – santé"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("cp1252"), "windows-1252"),
        ("<?xml version='1.0'?>".encode("utf-16-le"), "utf-16-le"),
        ("<?xml version='1.0'?>".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_bytes_show_their_charset(data: bytes, charset: str) -> None:
    assert decode(data).charset == charset
    assert decode(data).text in {TEXT, "<?xml version='1.0'?>"}


def test_utf8_wins_over_a_declaration_that_lies() -> None:
    decoded = decode(f'<?xml version="1.0" encoding="iso-8859-1"?><a>{TEXT}</a>'.encode())

    assert TEXT in decoded.text
    assert [warning.code for warning in decoded.warnings] == ["charset_lie"]


def test_a_declared_charset_is_used_when_the_bytes_are_not_utf8() -> None:
    decoded = decode("Привет, Москва".encode("koi8-r"), "text/plain; charset=KOI8-R")

    assert decoded.text == "Привет, Москва"
    assert decoded.warnings == ()


def test_latin_1_means_windows_1252() -> None:
    assert decode("“Ja”".encode("cp1252"), "text/plain; charset=iso-8859-1").text == "“Ja”"


def test_a_shifted_charset_is_known_by_its_declaration_only() -> None:
    data = "東京".encode("iso2022_jp")

    assert decode(data, "text/plain; charset=iso-2022-jp").text == "東京"


def test_one_broken_character_does_not_cost_the_others() -> None:
    decoded = decode("Übermut tut selten gut, sagt Jürgen Löwe".encode() + b"\xc3")

    assert decoded.text == "Übermut tut selten gut, sagt Jürgen Löwe\ufffd"
    assert [warning.code for warning in decoded.warnings] == ["bytes_replaced"]


@pytest.mark.parametrize("name", ["base64", "zip", "rot13", "idna", "undefined", "no-such-charset", "utf-7"])
def test_what_is_no_charset_cannot_be_asked_for(name: str) -> None:
    assert decode("é".encode("cp1252"), f"text/plain; charset={name}").text == "é"


def test_latin_9_keeps_its_own_letters_and_the_quotes_of_windows() -> None:
    read = decode(b"\x935 \xa4\x94 \xbduvre", "text/plain; charset=iso-8859-15")
    assert (read.text, read.charset) == ("“5 €” œuvre", "iso8859-15")


@pytest.mark.parametrize(
    ("declared", "meant", "text"),
    [
        ("gb2312", "gb18030", "朱镕基"),
        ("shift_jis", "cp932", "①髙橋"),
        ("euc-kr", "cp949", "똠방각하"),
        ("iso-8859-9", "cp1254", "“ş”"),
    ],
)
def test_a_charset_is_read_with_the_characters_that_systems_add_to_it(declared: str, meant: str, text: str) -> None:
    read = decode(text.encode(meant), f"text/plain; charset={declared}")
    assert (read.text, read.warnings) == (text, ())
