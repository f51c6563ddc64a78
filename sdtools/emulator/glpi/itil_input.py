"""What GLPI makes of the input of a ticket, problem or change before it is stored (FACTS 8, 10)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from sdtools.emulator.glpi.casting import Given, Values
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.itil import is_closed, priority_of
from sdtools.emulator.glpi.text import decoded, escaped
from sdtools.emulator.glpi.wire import CrashError, RefusedError

__all__ = ["graded", "to_add", "to_update"]

# What is null when an item is added counts as not sent.
_DEFAULTED = frozenset({"status", "urgency", "impact", "priority", "type", "requesttypes_id"})
_USUAL_GRADE = 3
_GRADES = range(1, 6)  # GLPI's urgency_mask and impact_mask leave these
_LEADING = " \t\n\r\0\x0b"  # what PHP's ltrim takes off
_NAME_FROM_CONTENT = 70  # letters
_RICH = re.compile(
    r"<(a|b|em|i|img|span|strong|br|hr|blockquote|div|h[1-6]|p|pre|table|ul|ol)(\s+[^>]*)?>", re.I
)
_KEPT_WHEN_CLOSED = frozenset({"id", "status", "entities_id", "itilcategories_id"})
_LABELS = {
    1: ("name", "Title"), 21: ("content", "Description"), 7: ("itilcategories_id", "Category"),
    10: ("urgency", "Urgency"), 11: ("impact", "Impact"), 83: ("locations_id", "Location"),
    14: ("type", "Type"), 12: ("status", "Status"), 9: ("requesttypes_id", "Request source"),
}  # fmt: skip
_DESCRIPTION = 21
_DATES = ("date", "closedate", "solvedate")
_EMPTY_IN_PHP = (None, "", "0", 0, False)


def _grade(value: object) -> object:
    """Give an urgency or impact of a new item: outside the mask it is the usual one."""
    if isinstance(value, str):
        found = re.match(r"\s*([+-]?\d+)", value)
        number = int(found[1]) if found else None
    else:
        number = int(value) if isinstance(value, int | float) else None
    if number is None or number < 0:
        raise CrashError  # PHP shifts bits by it
    return value if number in _GRADES else _USUAL_GRADE


def _is_null_word(value: object) -> bool:
    return isinstance(value, str) and value.lower() == "null"


def _name_from(content: object) -> str:
    """Give a name made of a description: without its tags, cut."""
    text = decoded(escaped(str(content)))
    if _RICH.search(text):
        text = re.sub(r"<[^>]*>", "", text)
    return html.unescape(re.sub(r"\s+", " ", text.strip()))[:_NAME_FROM_CONTENT]


def to_add(given: Given) -> Given:
    """Give the input of a new item with GLPI's defaults; blanks before texts go."""
    found = {name: one for name, one in given.items() if one is not None or name not in _DEFAULTED}
    for name in ("urgency", "impact"):
        if name in found:
            found[name] = _grade(found[name])
    for name in ("name", "content"):
        if isinstance(found.get(name), str):
            found[name] = found[name].lstrip(_LEADING)
    content = found.get("content")
    if found.get("name") in _EMPTY_IN_PHP and content and not _is_null_word(content):
        found["name"] = _name_from(content)
    return found


def to_update(context: Context, itemtype: str, row: Row, given: Given) -> Given:
    """Give what of an input is taken; raise RefusedError where a closed item or a template says no.

    GLPI 10.0, CommonITILObject::handleTemplateFields: null is as if it was not sent.
    """
    found = dict(given)
    if is_closed(itemtype, row["status"]):
        found = {
            name: value
            for name, value in given.items()
            if name in _KEPT_WHEN_CLOSED and value is not None
        }
        if not found.keys() - {"id"}:
            raise RefusedError("")
    for name, label in _mandatory(context, itemtype):
        value = found.get(name)
        if value is not None and (value in _EMPTY_IN_PHP or value == "NULL"):
            raise RefusedError(f"Mandatory fields are not filled. Please correct: {label}")
    return {name: value for name, value in found.items() if name not in _DATES or value != ""}


def _mandatory(context: Context, itemtype: str) -> list[tuple[str, str]]:
    if itemtype != "Ticket":
        return [_LABELS[_DESCRIPTION]]
    fields = context.database.rows("TicketTemplateMandatoryField")
    return [_LABELS[int(one["num"] or 0)] for one in fields if one["num"] in _LABELS]


def graded(row: Row, values: Values, given: Mapping[str, object]) -> Values:
    """Give the values of a ticket's update with the priority that follows from its grades.

    GLPI 10.0, Ticket::prepareInputForUpdate: before business rules, whose urgency moves nothing; a
    priority that is sent counts if the impact alone changes.
    """
    urgent = values.get("urgency", row["urgency"]) != row["urgency"]
    grave = values.get("impact", row["impact"]) != row["impact"]
    if not urgent and (not grave or given.get("priority") is not None):
        return values
    after = row | values
    return values | {"priority": priority_of(after["urgency"], after["impact"])}
