"""Texts: GLPI's stored HTML becomes what people read, and ours survives being stored."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtools.connectors.glpi.text import from_html, plain, to_html, why_not


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
