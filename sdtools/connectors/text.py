"""Texts on their way from and to a desk: HTML to plain text, and what cannot be sent at all."""

from __future__ import annotations

import html
import re

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


def html_to_plain(text: str) -> str:
    """Return HTML, or a text that may hold some, as plain text with its line breaks."""
    text = without_pictures(text)[:_LONGEST].replace("\r\n", "\n")
    if _IS_HTML.search(text):
        text = _lines(text)
    if "<" in text or "&" in text:
        text = html.unescape(nh3.clean(text, tags=set(), clean_content_tags={"script", "style"}))
    return _tidy(text)


def without_pictures(text: str) -> str:
    """Return HTML without the pictures that were pasted into it: they are long."""
    return _DATA.sub("", text) if "data:" in text.lower() else text


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
    text = _single_blanks(text)  # much faster than a pattern; what _tidy strips goes here
    text = _CELL_END.sub(" ", _LINE_END.sub("\n", text))
    return _SHOWN_TAG.sub("", text)


def _tidy(text: str) -> str:
    tidied = "\n".join([_single_blanks(line) for line in text.split("\n")])
    return (_MANY_LINES.sub("\n\n", tidied) if "\n\n\n" in tidied else tidied).strip()


def _single_blanks(text: str) -> str:
    """Return a text with one blank where it has white space, and none at its ends."""
    if "  " not in text and text.isprintable():  # no white space but the blank is printable
        return text.strip()
    return " ".join(text.split())
