"""What GLPI makes of an input's values by the datatypes of its search options, before it writes."""

from __future__ import annotations

import re
from functools import cache

from sdtools.emulator.glpi.casting import Given
from sdtools.emulator.glpi.search_options import Option, options_of

__all__ = ["filtered"]

_EMPTY = (None, "", "NULL")
_ITIL = frozenset({"Ticket", "Problem", "Change"})
_DATES = frozenset({"date", "datetime"})
_NUMBERS = frozenset({"integer", "count", "number"})
_BEGINS_AS_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_TRUTHS = ("0", "1")
_LINES, _LINE = frozenset({"email", "string", "itemlink"}), 255  # what is longer is cut off


@cache
def _options(itemtype: str) -> dict[str, Option]:
    """Give an item type's options of columns of its own, by column."""
    found: dict[str, Option] = {}
    for option in options_of(itemtype).values():
        if not option.steps and option.computed is None:
            found.setdefault(option.field, option)
    return found


def _kept(option: Option, value: object) -> object | None:
    """Give a value as it goes on; None if it is none of its datatype."""
    if option.datatype in _NUMBERS and isinstance(value, int | float):
        return int(value)
    if option.datatype in _NUMBERS:
        digits = re.search(r"-?\d+", re.sub(r"[^0-9-]", "", str(value)))
        return int(digits[0]) if digits else 0
    if option.datatype == "bool":
        plain = str(int(value)) if isinstance(value, bool) else str(value)
        return value if plain in _TRUTHS else None
    if option.datatype in _LINES and isinstance(value, str):
        return value[:_LINE]
    if option.datatype in _DATES and not _BEGINS_AS_DATE.match(str(value)):
        return None
    return value


def filtered(itemtype: str, given: Given) -> tuple[Given, str]:
    """Give an input without values of a wrong datatype, and what GLPI says of those.

    GLPI 10.0, CommonDBTM::filterValues: the item is written all the same.
    """
    options, found, wrong = _options(itemtype), dict(given), []
    for name, value in given.items():
        option = options.get(name)
        if option is None or value in _EMPTY or isinstance(value, list | dict) or name == "id":
            continue
        if name == "date" and itemtype in _ITIL:
            continue  # is refused by a check of its own
        kept = _kept(option, value)
        if kept is None:
            del found[name]
            wrong.append(option.name)
        else:
            found[name] = kept
    said = f"At least one field has an incorrect value: {','.join(wrong)}" if wrong else ""
    return found, said
