"""Texts: GLPI's stored HTML becomes what people read, and ours survives being stored."""

from __future__ import annotations

import html
import re
import time

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


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_a_text_we_write_is_read_back_as_it_was(text: str) -> None:
    read = from_html(stored(to_html(text)))
    assert read == " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize("text", ["NULL", "&lt;b&gt;", "<b>bold</b>", "a & b", "a\nb"])
def test_texts_that_glpi_would_change_survive(text: str) -> None:
    assert from_html(stored(to_html(text))) == text


def test_what_we_write_is_a_paragraph_with_breaks() -> None:
    assert to_html("a < b\r\nc") == f"<p>{html.escape('a < b')}<br>c</p>"


@pytest.mark.parametrize(
    ("text", "reason"), [("  \n", "empty"), ("\ud800", "surrogates"), ("a\0", "NUL")]
)
def test_a_text_that_cannot_be_written_says_why(text: str, reason: str) -> None:
    assert reason in why_not(text)


def test_an_ordinary_text_can_be_written() -> None:
    assert why_not("l'imprimante de l'étage 😀") == ""
