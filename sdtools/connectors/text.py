"""Texts on their way from and to a desk: HTML to plain text, and what cannot be sent at all."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

__all__ = ["html_to_plain", "why_not", "without_pictures"]

_LONGEST = 100_000  # characters of one text that are looked at: hostile ones are longer

_IS_HTML = re.compile(r"<\s*/?\s*(p|br|div|span|ul|ol|li|table|tr|td|h[1-6]|pre|a|b|i)\b", re.I)
_LINE_END = re.compile(r"<(?:br\s*/?|/(?:p|div|li|tr|h[1-6]|pre|blockquote|ul|ol|table))\s*>", re.I)
_CELL_END = re.compile(r"</t[dh]\s*>", re.I)
_DATA = re.compile(r"\bsrc\s*=\s*[\"']data:[^\"'>]*", re.I)  # pictures pasted into the text
# Tags whose content is shown; the rest (scripts, styles, comments, broken ones) is nh3's task.
_SHOWN_TAG = re.compile(r"</?(?!script|style|title|noscript|textarea)[a-z][^<>]*>", re.I)
_MANY_LINES = re.compile(r"\n{3,}")
_LONG_TAG = 200  # characters: what is inside is a link or a style, and different each time


def html_to_plain(text: str) -> str:
    """Return HTML, or a text that may hold some, as plain text with its line breaks."""
    text = without_pictures(text)[:_LONGEST]
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _IS_HTML.search(text):
        text = _lines(text)
    if "<" in text or "&" in text:
        text = html.unescape(_cleaned(text))
    return _tidy(text)


def _cleaned(text: str) -> str:
    """Take out all tags, and what scripts and styles hold."""
    try:
        text.encode()
    except UnicodeEncodeError:  # half of an emoji: a desk cut the text off there
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return nh3.clean(text, tags=set(), clean_content_tags={"script", "style"})


def without_pictures(text: str) -> str:
    """Return HTML without the pictures that were pasted into it: they are long."""
    # The sign first: it is found fast, and most texts have none.
    return _DATA.sub("", text) if "=" in text and "data:" in text.lower() else text


def why_not(text: str) -> str:
    """Say why a text cannot be written; "" when it can."""
    if not text.strip():
        return "the text is empty"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "the text holds half characters (lone surrogates) that JSON cannot carry"
    if "\0" in text:
        return "the text holds a NUL character"
    return ""


def _lines(text: str) -> str:
    """Put line ends and blanks where tags stand for them, and take out those that are shown."""
    simple = "\n" not in text and _is_simple(text)  # then double blanks are left to _tidy
    text = text.strip() if simple else " ".join(text.split())
    begin, *rest = text.split("<")
    found = [begin]
    for piece in rest:
        tag, closed, after = piece.partition(">")
        if not closed:  # a sign that belongs to no tag, or one tag within another
            return _without_tags(text)
        found += (_instead_of(tag) if len(tag) < _LONG_TAG else _without_tags(f"<{tag}>"), after)
    return "".join(found)


@lru_cache(maxsize=1000)
def _instead_of(tag: str) -> str:
    """Return what stands for a tag: most texts have the same few."""
    return _without_tags(f"<{tag}>")


def _without_tags(text: str) -> str:
    return _SHOWN_TAG.sub("", _CELL_END.sub(" ", _LINE_END.sub("\n", text)))


def _tidy(text: str) -> str:
    """Return a text with single blanks, none at the ends of its lines, and no gaps of lines."""
    lines = text.split("\n")
    if "  " not in text and _is_simple(text):
        lines = [line.strip() for line in lines]
    else:
        lines = [" ".join(line.split()) for line in lines]
    tidied = "\n".join(lines)
    return (_MANY_LINES.sub("\n\n", tidied) if "\n\n\n" in tidied else tidied).strip()


def _is_simple(text: str) -> bool:
    """Tell whether a text has no white space but blanks and line feeds; a no may be wrong."""
    if text.isascii():  # to look for one sign at a time is the fastest by far
        return not (
            "\r" in text
            or "\t" in text
            or "\v" in text
            or "\f" in text
            or "\x1c" in text
            or "\x1d" in text
            or "\x1e" in text
            or "\x1f" in text
        )
    return text.replace("\n", "").isprintable()  # the blank is the only printable white space
