"""Texts of GLPI: stored HTML to plain text, and plain text to HTML that survives storing."""

from __future__ import annotations

import html
import re

import nh3

__all__ = ["from_html", "plain", "to_html", "why_not"]

_LONGEST = 100_000  # characters of one text that are looked at: hostile ones are longer

# GLPI stores & < > as these (FACTS 10); older rows hold the named ones.
_STORED = {"&#38;": "&", "&#60;": "<", "&#62;": ">", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_STORED_ENTITY = re.compile("|".join(_STORED))

_IS_HTML = re.compile(r"<\s*/?\s*(p|br|div|span|ul|ol|li|table|tr|td|h[1-6]|pre|a|b|i)\b", re.I)
_LINE_END = re.compile(r"<(?:br\s*/?|/(?:p|div|li|tr|h[1-6]|pre|blockquote|ul|ol|table))\s*>", re.I)
_CELL_END = re.compile(r"</t[dh]\s*>", re.I)
_DATA = re.compile(r"\bsrc\s*=\s*[\"']data:[^\"'>]*", re.I)  # pictures pasted into the text
# Tags whose content is shown; the rest (scripts, styles, comments, broken ones) is nh3's task.
_SHOWN_TAG = re.compile(r"</?(?!script|style|title|noscript|textarea)[a-z][^<>]*>", re.I)
_BLANKS = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")


def plain(stored: object) -> str:
    """Return a name or title as people typed it."""
    if not isinstance(stored, str):
        return ""
    return _STORED_ENTITY.sub(lambda match: _STORED[match.group()], stored).strip()


def from_html(stored: object) -> str:
    """Return a description, comment or answer as plain text with its line breaks."""
    if not isinstance(stored, str):
        return ""
    text = _STORED_ENTITY.sub(lambda match: _STORED[match.group()], _DATA.sub("", stored))
    text = text[:_LONGEST].replace("\r\n", "\n")
    if _IS_HTML.search(text):
        text = _lines(text)
    if "<" in text or "&" in text:
        text = html.unescape(nh3.clean(text, tags=set(), clean_content_tags={"script", "style"}))
    return _tidy(text)


def to_html(text: str) -> str:
    """Return plain text as HTML that GLPI stores as sent.

    The paragraph around it matters: without one raw ``<`` GLPI takes escaped text as already
    stored text, and ``&lt;b&gt;`` becomes a tag (FACTS 10); the word NULL alone becomes nothing.
    """
    escaped = html.escape(text.replace("\r\n", "\n"), quote=False)
    return f"<p>{escaped.replace(chr(10), '<br>')}</p>"


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
    text = _BLANKS.sub(" ", text.replace("\n", " "))
    text = _CELL_END.sub(" ", _LINE_END.sub("\n", text))
    return _SHOWN_TAG.sub("", text)


def _tidy(text: str) -> str:
    text = text.replace("\xa0", " ")
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()
