"""Marks survive every way in which a desk gives a text back."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdtools.apply.marks import add_mark, mark, marks_in, strip_mark

KEY = "3f9a0c"


def glpi_escaped(text: str) -> str:
    return text.replace("&", "&#38;").replace("<", "&#60;").replace(">", "&#62;")


def as_paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def one_line(text: str) -> str:
    return " ".join(text.split())


def no_break_blanks(text: str) -> str:
    return text.replace(" ", "&nbsp;")


def quoted(text: str) -> str:
    return "Thank you!\n" + "\n".join(f"> {line}" for line in text.split("\n"))


@pytest.mark.parametrize(
    "given_back",
    [str, glpi_escaped, html.escape, as_paragraphs, crlf, one_line, no_break_blanks, quoted],
)
def test_a_mark_is_found_in_whatever_the_desk_gives_back(given_back: Callable[[str], str]) -> None:
    text = add_mark('Reset <b>"VPN"</b> & retry', KEY)
    assert marks_in(given_back(text)) == {mark(KEY)}


def test_the_mark_is_a_short_last_line() -> None:
    text = add_mark("Hello\n", KEY)
    assert text == f"Hello\n\n{mark(KEY)}"
    assert len(mark(KEY)) < 30


def test_a_text_is_marked_once() -> None:
    once = add_mark("Hello", KEY)
    assert add_mark(once, KEY) == once


def test_people_read_the_text_without_its_mark() -> None:
    assert strip_mark(add_mark("Hello", KEY)) == "Hello"


def test_several_marks_are_all_found() -> None:
    both = add_mark(add_mark("Hello", "a"), "b")
    assert marks_in(both) == {mark("a"), mark("b")}


@pytest.mark.parametrize("text", ["", "[sdtools]", "[sdtools 3f9a]", "sdtools 0123456789ab", "[x]"])
def test_other_texts_hold_no_mark(text: str) -> None:
    assert marks_in(text) == frozenset()


@given(st.text(), st.text(min_size=1))
def test_every_text_and_key_come_back(text: str, key: str) -> None:
    marked = add_mark(text, key)
    assert mark(key) in marks_in(marked)
    assert mark(key) not in strip_mark(marked)
