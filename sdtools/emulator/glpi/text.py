"""Text as GLPI stores it: escaped once, trimmed, and dates checked by its rules (FACTS 10)."""

from __future__ import annotations

import re
from datetime import datetime

__all__ = ["decoded", "escaped", "is_date_form", "is_real_date", "whole_number"]

_ESCAPED = re.compile(r"&(#38|#60|#62|amp|lt|gt);")
_DATE_FORM = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_DAY_FORM = re.compile(r"\d{4}-\d{2}-\d{2}")


def escaped(text: str) -> str:
    """Escape ``& < >`` as GLPI does; text that already looks escaped stays as it is."""
    looks_escaped = not re.search(r"[<>]", text) and _ESCAPED.search(text)
    if looks_escaped:
        return text
    return text.replace("&", "&#38;").replace("<", "&#60;").replace(">", "&#62;")


def decoded(text: str) -> str:
    """Undo :func:`escaped` (what ``X-GLPI-Sanitized-Content: false`` asks for)."""
    plain = text.replace("&#60;", "<").replace("&#62;", ">").replace("&lt;", "<")
    return plain.replace("&gt;", ">").replace("&amp;", "&").replace("&#38;", "&")


def is_date_form(text: str, *, with_time: bool) -> bool:
    """Tell whether text is written as GLPI wants a date: ``YYYY-MM-DD[ HH:MM:SS]`` exactly."""
    form = _DATE_FORM if with_time else _DAY_FORM
    return form.fullmatch(text) is not None


def is_real_date(text: str) -> bool:
    """Tell whether a well-written date exists in the calendar."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def whole_number(value: object) -> int | None:
    """Give a value as PHP and MySQL read a whole number: ``"5"``, ``5.0``, true; else None."""
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, str):
        found = re.fullmatch(r"\s*([+-]?\d+)(\.\d*)?\s*", value)
        return int(found[1]) if found else None
    return None
