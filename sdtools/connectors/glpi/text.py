"""Texts of GLPI: stored HTML to plain text, and plain text to HTML that survives storing."""

from __future__ import annotations

import html
import re

from sdtools.connectors.text import html_to_plain, without_pictures
from sdtools.connectors.text import why_not as why_not_anywhere

__all__ = ["from_html", "plain", "to_html", "to_plain", "why_not"]

_LONGEST = 100_000  # characters of a comment or solution
_TEN_EACH = 10  # at most so many stand for one in HTML

# GLPI stores & < > as these (FACTS 10); older rows hold the named ones.
_STORED_TAG = (("&#60;", "<"), ("&#62;", ">"), ("&lt;", "<"), ("&gt;", ">"))
_STORED_AMPERSAND = re.compile("&#38;|&amp;")

# One paragraph with line breaks, as we write it and as GLPI's editor does for plain typing. Its
# blanks are single: it can be read to the letter.
_TYPED = re.compile(r"<p>(?! )(?:[^\s<>]++|<br>(?! )| (?![ <]))*+</p>")
_SINGLE_BLANK = re.compile(r"(?<=[^ \n]) (?=[^ \n])")
# Control characters but for tab and line feed, and what Unicode keeps out of texts for good.
_LAST_OF_PLANES = "".join(f"{chr(0x10000 * n - 2)}{chr(0x10000 * n - 1)}" for n in range(1, 18))
_UNPRINTABLE = re.compile(f"[\0-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef{_LAST_OF_PLANES}]")
_NUMBERED = re.compile(r"[^\S \n]|\\")  # white space that is no blank, and the backslash


def plain(stored: object) -> str:
    """Return a name or title as people typed it."""
    return _decoded(stored).strip() if isinstance(stored, str) else ""


def from_html(stored: object) -> str:
    """Return a description, comment or answer as plain text with its line breaks."""
    return to_plain(_decoded(without_pictures(stored))) if isinstance(stored, str) else ""


def to_plain(text: str) -> str:
    """Return HTML, as GLPI's editor holds it, as plain text; what to_html made, to the letter."""
    if len(text) <= _TEN_EACH * _LONGEST and _TYPED.fullmatch(text):
        lines = text[len("<p>") : -len("</p>")].replace("<br>", "\n").replace("&nbsp;", " ")
        return html.unescape(lines) if lines.strip() else ""
    return html_to_plain(text)


def to_html(text: str) -> str:
    """Return plain text as HTML that GLPI stores as sent, and shows as it was meant.

    The paragraph around it matters: without one raw ``<`` GLPI takes escaped text as already
    stored text, and ``&lt;b&gt;`` becomes a tag (FACTS 10); the word NULL alone becomes nothing.
    Blanks that a browser would swallow become ``&nbsp;``, as in GLPI's editor. A backslash goes
    by its number: GLPI drops half of those that look as if they were escaped for its database.
    """
    escaped = html.escape(_with_line_feeds(text), quote=False)
    kept = _SINGLE_BLANK.sub("\0", escaped).replace(" ", "&nbsp;").replace("\0", " ")
    numbered = _NUMBERED.sub(lambda match: f"&#{ord(match.group())};", kept)
    return f"<p>{numbered.replace(chr(10), '<br>')}</p>"


def why_not(text: str) -> str:
    """Say why a text cannot be written so that it comes back as it was; "" when it can."""
    if len(text) > _LONGEST:
        return f"the text has {len(text)} characters, more than {_LONGEST}"
    return why_not_anywhere(text) or _unprintable(_with_line_feeds(text))


def _decoded(stored: str) -> str:
    """Undo what GLPI 10 does to texts; with a raw ``<`` it is one of GLPI 11, which does not."""
    if "<" in stored or "&" not in stored:
        return stored
    for entity, sign in _STORED_TAG:
        stored = stored.replace(entity, sign)
        if "&" not in stored:
            return stored
    # Last and at once: what it gives is no entity.
    return _STORED_AMPERSAND.sub("&", stored)


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unprintable(text: str) -> str:
    """Name the first character that no page can show: no browser would give it back."""
    found = _UNPRINTABLE.search(text)
    return f"the text holds the control character U+{ord(found.group()):04X}" if found else ""
