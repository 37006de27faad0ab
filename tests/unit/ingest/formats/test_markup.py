import pytest
from lxml import etree
from wiredesk_ingest.formats.markup import blocks_of, blocks_of_html, text_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.shown_html import html_of_tree, safe_html


def body_text(markup: str) -> str:
    return text_of(blocks_of_html(markup))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>in<b>side</b> a <i>word</i></p>", "inside a word"),
        ("before<p>in</p>after", "before\n\nin\n\nafter"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>a<br><br>b</p>", "a\n\nb"),
        ("<div><div>deep <span>er</span></div>tail</div>", "deep er\n\ntail"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("<p>x<script>evil()</script>y<!-- no --></p>", "xy"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("<p>a&nbsp;&amp;\n\n b</p>", "a & b"),
    ],
)
def test_blocks_of_markup(markup: str, text: str) -> None:
    assert body_text(markup) == text


def test_an_unknown_element_is_inline_in_running_text_and_a_block_elsewhere() -> None:
    tree = etree.fromstring("<BODY><RUBRIK>Head</RUBRIK><P>In <ORT>Strand</ORT>, rain.</P></BODY>")

    assert text_of(blocks_of(tree)) == "Head\n\nIn Strand, rain."


def test_parts_can_be_left_out_with_their_text_but_not_with_what_follows() -> None:
    tree = etree.fromstring("<body><p>a <x>secret</x> b</p></body>")

    assert text_of(blocks_of(tree, skip=[tree[0][0]])) == "a b"


@pytest.mark.parametrize("evil", ["<script>x()</script>", "<img src=x onerror=x()>", "<a href='javascript:x()'>y</a>"])
def test_shown_markup_runs_nothing(evil: str) -> None:
    assert "x()" not in safe_html(f"<p>Fine {evil}</p>")


def test_a_tree_of_any_vocabulary_becomes_html() -> None:
    tree = etree.fromstring("<c xmlns='urn:n'><hl2>Head</hl2><P>a <em>b</em></P><CITAT>c</CITAT></c>")

    assert html_of_tree(tree) == "<h2>Head</h2><p>a <em>b</em></p><p>c</p>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<person><name.given>Ane</name.given><name.family>Solberg</name.family></person>", "Ane Solberg"),
        ("<location><city>Strand</city>, <state>Vik</state></location>", "Strand, Vik"),
        ("1 <frac><numer>3</numer><denom>4</denom></frac> ton<b>ne</b>s", "1 3/4 tonnes"),
        ("<frac><numer>3</numer><frac-sep>:</frac-sep><denom>4</denom></frac>", "3:4"),
    ],
)
def test_parts_of_a_name_are_words_of_their_own(markup: str, text: str) -> None:
    tree = etree.fromstring(f"<p>{markup}</p>")

    assert text_of(blocks_of(tree)) == text
    assert text in etree.tostring(etree.HTML(html_of_tree(tree)), method="text", encoding="unicode")


def test_lines_that_wrap_are_joined_and_tables_are_not() -> None:
    wrapped = "All ferries between Strand and Halden stood still on Tuesday\nmorning because of the fog.\n\n"
    table = "Strand    2   Halden  1\nSkog      0   Vik     0"

    assert paragraphs_of_plain(wrapped + table) == [wrapped.replace("\n", " ").strip(), table]
