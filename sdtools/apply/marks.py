"""Marks: a short last line that tells, on the desk itself, which change a comment came from."""

from __future__ import annotations

import html
import re
from hashlib import blake2b

__all__ = ["add_mark", "mark", "marks_in", "strip_mark"]

# Letters, digits, blank and square brackets: no desk escapes them, no text extraction drops them.
# Blanks may come back as line breaks or no-break blanks.
_MARK = re.compile(r"\[\s*sdtools\s+([0-9a-f]{12})\s*\]", re.IGNORECASE)
_MARK_AND_BLANKS = re.compile(r"\s*" + _MARK.pattern, re.IGNORECASE)


def mark(key: str) -> str:
    """Return the mark of the change with this key."""
    return _written(blake2b(key.encode(), digest_size=6).hexdigest())


def add_mark(text: str, key: str) -> str:
    """Return the text with its mark as last line; once, however often it is called."""
    own = mark(key)
    if own in marks_in(text):
        return text
    return f"{text.rstrip()}\n\n{own}".lstrip()


def marks_in(text: str) -> frozenset[str]:
    """Return all marks in a text as the desk gives it back, escaped or not."""
    return frozenset(_written(found.lower()) for found in _MARK.findall(html.unescape(text)))


def strip_mark(text: str) -> str:
    """Return the text as people should read it, without marks."""
    return _MARK_AND_BLANKS.sub("", text)


def _written(digest: str) -> str:
    return f"[sdtools {digest}]"
