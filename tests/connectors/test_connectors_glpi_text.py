"""Texts: GLPI's stored HTML becomes what people read, and ours survives being stored."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sdtools.connectors import text as anywhere
from sdtools.connectors.glpi.text import from_html, plain, to_html, to_plain, why_not
from sdtools.connectors.text import html_to_plain


def stored(text: str) -> str:
    """Store a text as GLPI does (FACTS 10): what looks stored already is kept as it is."""
    if "<" not in text and ">" not in text and re.search(r"&(lt|gt|#60|#62);", text):
        return text
    return text.replace("&", "&#38;").replace("<", "&#60;").replace(">", "&#62;")


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("R&#38;D &#62; Lyon", "R&D > Lyon"),
        ("R&amp;D &lt;old&gt;", "R&D <old>"),
        ("the entity &#38;lt; stays", "the entity &lt; stays"),
        (None, ""),
    ],
)
def test_names_are_decoded_once(raw: str | None, read: str) -> None:
    assert plain(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("&#60;p&#62;one&#60;/p&#62;&#60;p&#62;two&#60;/p&#62;", "one\ntwo"),
        ("&#60;p&#62;one&#60;br /&#62;two&#60;/p&#62;", "one\ntwo"),
        ("&#60;p&#62;a\nb&#60;/p&#62;", "a b"),
        ("plain\ntext", "plain\ntext"),
        ("&#60;ul&#62;&#60;li&#62;a&#60;/li&#62;&#60;li&#62;b&#60;/li&#62;&#60;/ul&#62;", "a\nb"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<p>Tom &amp; Jerry &lt;3</p>", "Tom & Jerry <3"),
        ("caf&eacute;&nbsp;au lait", "café au lait"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style><!-- y -->", "x"),
        ('<p onclick="x">hello<img src="data:image/png;base64,AAAA"></p>', "hello"),
        ("data:all of it 'data:x'", "data:all of it 'data:x'"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("a\r\r\nb &amp; c", "a\nb & c"),
    ],
)
def test_descriptions_keep_their_lines_and_lose_their_tags(raw: str, read: str) -> None:
    assert from_html(raw) == read


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000,
        "<!--" * 100_000,
        "<script>" * 100_000,
        "<" * 200_000,
        "&" * 200_000,
        "<![foo[" * 50_000,
        "<p " * 100_000,
        "\x00<p>\ud800</p>",
    ],
)
def test_hostile_texts_are_read_quickly(hostile: str) -> None:
    began = time.perf_counter()
    from_html(hostile)
    assert time.perf_counter() - began < 2


class Browser(HTMLParser):
    """Shows a text as a browser does: white space is one blank, but for what must not break."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data

    def shown(self) -> str:
        lines = (re.sub(r"[ \t\n\r\f]+", " ", line).strip(" ") for line in self.lines)
        return "\n".join(lines).replace("\xa0", " ")


WRITABLE = st.text(max_size=60).filter(lambda text: not why_not(text))
BLANKS = st.text(st.sampled_from(" \n\r\t\xa0\u202fa<&;\\\"'#n"), max_size=12).filter(str.strip)


def with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(WRITABLE | BLANKS)
def test_a_text_we_write_is_read_back_to_the_letter(text: str) -> None:
    assert from_html(stored(to_html(text))) == with_line_feeds(text)


@given((WRITABLE | BLANKS).filter(lambda text: "\t" not in text))  # a tab is shown as a blank
def test_a_text_we_write_is_shown_by_a_browser_as_it_was_meant(text: str) -> None:
    page = Browser()
    page.feed(to_html(text))
    page.close()
    assert page.shown() == with_line_feeds(text).replace("\xa0", " ")


def test_blanks_that_a_browser_would_swallow_are_shown() -> None:
    page = Browser()
    page.feed(to_html("  one\n\n\n   two  blanks "))
    assert page.shown() == "  one\n\n\n   two  blanks "


@given(WRITABLE)
def test_no_backslash_of_ours_is_left_for_glpi_to_take_for_its_own(text: str) -> None:
    assert "\\" not in to_html(text)


@pytest.mark.parametrize("text", ["NULL", "&lt;b&gt;", "<b>bold</b>", "a & b", "a\nb"])
def test_texts_that_glpi_would_change_survive(text: str) -> None:
    assert from_html(stored(to_html(text))) == text


def test_what_we_write_is_a_paragraph_with_breaks() -> None:
    assert to_html("a < b\r\nc") == f"<p>{html.escape('a < b')}<br>c</p>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  \n", "empty"),
        ("\ud800", "surrogates"),
        ("a\0", "NUL"),
        ("a\x07", "U+0007"),
        ("a\x85", "U+0085"),
        ("\ufffe", "U+FFFE"),
        ("\U0010ffff", "U+10FFFF"),
        ("x" * 100_001, "100001 characters"),
    ],
)
def test_a_text_that_cannot_be_written_says_why(text: str, reason: str) -> None:
    assert reason in why_not(text)


def test_an_ordinary_text_can_be_written() -> None:
    assert why_not("l'imprimante de l'étage 😀") == ""


WHITE = [sign for sign in map(chr, range(0x4000)) if sign.isspace()]


@pytest.mark.parametrize("blank", WHITE, ids=ascii)
def test_all_white_space_in_html_is_one_blank(blank: str) -> None:
    assert from_html(f"<p>a{blank}b{blank}</p><p>{blank}c</p>") == "a b\nc"
    assert from_html(f"a{blank}b 1 < 2") == ("a\nb 1 < 2" if blank in "\r\n" else "a b 1 < 2")


PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<br>",
            "<br />",
            "<BR/>",
            "</div>",
            "<div class='a  b'>",
            "<td>",
            "</td>",
        ),
        *("<", "</", ">", "<p", "<3", "< p>", "<!--", "-->", "<script>", "</script>", "</H1 >"),
        *(
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "\x0b",
            "\x1c",
            "\x1f",
            "\x85",
            "\xa0",
            "\u2003",
            "\u200b",
        ),
        *("&", "&amp;", "&#38;", "&#60;", "&#62;", "&lt;", "&gt;", "&nbsp;", "&#38;lt;", "&#"),
        *("src='data:image/png;base64,AA'", "SRC = 'DATA:x'", "a", "one two", "é", "😀", "\n\n\n"),
        *("</ ", "<a href='" + 250 * "x" + "'>", "</pre>", "<br\n>"),
    ]
)
MARKUP = st.lists(PIECES, max_size=12).map("".join)


@settings(max_examples=400)
@given(MARKUP)
@example("<p></ ")
@example("<td<br>>x")
def test_a_text_read_tag_by_tag_is_read_as_by_patterns(text: str) -> None:
    assert html_to_plain(text) == by_patterns(text)


def by_patterns(text: str) -> str:
    """Read HTML without the short ways: all tags at a time, all white space looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anywhere, "_is_simple", lambda _: False)
        patch.setattr(
            anywhere, "_lines", lambda text: anywhere._without_tags(" ".join(text.split()))
        )
        return html_to_plain(text)


# As it is in connectors/glpi/text.py, but slowly: one letter after the other.
TYPED = re.compile(r"<p>(?! )(?:[^\s<>]|<br>(?! )| (?![ <]))*</p>")


@settings(max_examples=400)
@given(MARKUP.map(lambda text: f"<p>{text}</p>"))
@example("<p>one<br>two three</p>")
@example("<p>one <br>two</p>")
@example("<p> one</p>")
def test_what_counts_as_typed_does_not_hang_on_how_fast_it_is_found(text: str) -> None:
    typed = html.unescape(text[3:-4].replace("<br>", "\n").replace("&nbsp;", " "))
    typed = typed if text[3:-4].replace("<br>", "").replace("&nbsp;", "").strip() else ""
    assert to_plain(text) == (typed if TYPED.fullmatch(text) else html_to_plain(text))


@given(MARKUP)
def test_each_stored_sign_is_decoded_whatever_else_is_there(text: str) -> None:
    wanted = text
    if "<" not in text:
        signs = {"#60": "<", "lt": "<", "#62": ">", "gt": ">", "#38": "&", "amp": "&"}
        wanted = re.sub("&(#60|lt|#62|gt|#38|amp);", lambda found: signs[found[1]], text)
    assert plain(text) == wanted.strip()


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Printer &amp; scanner \ud83d", "Printer & scanner \ufffd"),
        ("<p>Cut \ud83d</p><b title='<'>off</b>", "Cut \ufffd\noff"),
        ("a & \ud83d\ude00", "a & \U0001f600"),
    ],
)
def test_a_text_cut_off_within_an_emoji_is_read_all_the_same(stored: str, shown: str) -> None:
    assert html_to_plain(stored) == shown
