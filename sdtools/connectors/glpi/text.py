"""Texts of GLPI: stored HTML to plain text, and plain text to HTML that survives storing."""

from __future__ import annotations

import html
import re

from sdtools.connectors.text import html_to_plain, why_not

__all__ = ["from_html", "plain", "to_html", "why_not"]

# GLPI stores & < > as these (FACTS 10); older rows hold the named ones.
_STORED = {"&#38;": "&", "&#60;": "<", "&#62;": ">", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_STORED_ENTITY = re.compile("|".join(_STORED))
_DATA = re.compile(r"\bsrc\s*=\s*[\"']data:[^\"'>]*", re.I)  # pictures, before they are decoded


def plain(stored: object) -> str:
    """Return a name or title as people typed it."""
    if not isinstance(stored, str):
        return ""
    return _STORED_ENTITY.sub(lambda match: _STORED[match.group()], stored).strip()


def from_html(stored: object) -> str:
    """Return a description, comment or answer as plain text with its line breaks."""
    if not isinstance(stored, str):
        return ""
    return html_to_plain(
        _STORED_ENTITY.sub(lambda match: _STORED[match.group()], _DATA.sub("", stored))
    )


def to_html(text: str) -> str:
    """Return plain text as HTML that GLPI stores as sent.

    The paragraph around it matters: without one raw ``<`` GLPI takes escaped text as already
    stored text, and ``&lt;b&gt;`` becomes a tag (FACTS 10); the word NULL alone becomes nothing.
    """
    escaped = html.escape(text.replace("\r\n", "\n"), quote=False)
    return f"<p>{escaped.replace(chr(10), '<br>')}</p>"
