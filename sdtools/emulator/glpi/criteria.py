"""Search criteria: how GLPI really reads searchtypes, values and links (FACTS 6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sdtools.emulator.glpi.access import sons
from sdtools.emulator.glpi.database import Row, folded
from sdtools.emulator.glpi.names import TREES, target_of
from sdtools.emulator.glpi.query import as_list
from sdtools.emulator.glpi.search_options import Option, options_of
from sdtools.emulator.glpi.search_values import Values, raw, shown
from sdtools.emulator.glpi.text import whole_number

__all__ = ["matches"]

_ONLY_EQUALS = frozenset({12, 3, 10, 11, 52, 55})  # every searchtype means equals (FACTS 6)
_WORDS = {
    "notold": {1, 2, 3, 4},
    "old": {5, 6},
    "process": {2, 3},
    "notclosed": {1, 2, 3, 4, 5},
    "all": {1, 2, 3, 4, 5, 6},
}
_COMPARING = frozenset({"equals", "notequals", "lessthan", "morethan"})
_STATUS, _PRIORITY = 12, 3
_UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}
_MONTH, _YEAR = 30, 365  # days
_DATE_LENGTH = 10  # letters of YYYY-MM-DD


def _relative(text: str, now: datetime) -> str:
    """Read NOW, TODAY, -7DAY, BEGINMONTH; days mean whole days, weeks keep the time of day."""
    days = {"TODAY": now, "BEGINMONTH": now.replace(day=1)}
    days["BEGINYEAR"] = now.replace(month=1, day=1)
    if text == "NOW":
        return f"{now:%Y-%m-%d %H:%M:%S}"
    if text in days:
        return f"{days[text]:%Y-%m-%d}"
    found = re.fullmatch(r"(-?\d+)(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)", text)
    if found is None:
        return text.replace("T", " ")
    number, unit = int(found[1]), found[2]
    if unit == "DAY":
        return f"{now + timedelta(days=number):%Y-%m-%d}"
    if unit in {"MONTH", "YEAR"}:
        moved = now + timedelta(days=number * (_MONTH if unit == "MONTH" else _YEAR))
    else:
        moved = now + timedelta(seconds=number * _UNITS[unit])
    return f"{moved:%Y-%m-%d %H:%M:%S}"


def _like(value: Any, needle: str) -> bool:
    if isinstance(value, list):
        return any(_like(one, needle) for one in value)
    wanted = folded(needle)
    start, end = wanted.startswith("^"), wanted.endswith("$")
    body = re.escape(wanted.removeprefix("^").removesuffix("$")).replace("%", ".*")
    pattern = ("^" if start else "") + body + ("$" if end else "")
    return re.search(pattern, folded("" if value is None else value), re.DOTALL) is not None


def _compared(value: Any, needle: str) -> bool | None:
    """Judge ``>295``, ``<=5`` in a contains on a number; None if it is not written so."""
    found = re.fullmatch(r"\s*([<>]=?)\s*(-?\d+)\s*", needle)
    if found is None or not isinstance(value, int):
        return None
    number = int(found[2])
    judged = {
        "<": value < number,
        "<=": value <= number,
        ">": value > number,
        ">=": value >= number,
    }
    return judged[found[1]]


def _people_contain(values: Values, ids: list[Any], needle: str) -> bool:
    """Judge a contains on actors: by their names; NULL means the opposite (FACTS 6)."""
    if needle.upper() == "NULL":
        return bool(ids)
    people = [values.item("User", one) for one in ids]
    parts = [row[key] for row in people if row for key in ("name", "realname", "firstname")]
    return any(_like(part, needle) for part in parts if part)


def _contains(values: Values, option: Option, row: Row, needle: str) -> bool:
    if option.source.startswith("actor:User"):
        return _people_contain(values, raw(values, option, row), needle)
    value = shown(values, option, row)
    if option.datatype == "datetime":
        needle = _relative(needle, datetime.fromisoformat(values.context.now()))
    if needle.upper() == "NULL":
        return value is None or value == ""
    judged = _compared(value, needle)
    if judged is not None:
        return judged
    if option.datatype == "number" and needle.isdigit():
        return str(value) == needle
    if value is None:
        return False
    return _like(value, needle)


def _dated(values: Values, value: Any, searchtype: str, needle: str) -> bool:
    now = datetime.fromisoformat(values.context.now())
    wanted = _relative(needle, now)
    if not re.match(r"\d{4}-\d{2}", wanted):
        return True  # rubbish matches everything (FACTS 6)
    if value is None:
        return searchtype == "notequals"
    if searchtype == "morethan":
        return str(value) > wanted
    if searchtype == "lessthan":
        return str(value) < wanted
    length = _DATE_LENGTH if len(wanted) == _DATE_LENGTH else None
    same = str(value)[:length] == wanted
    return same if searchtype == "equals" else not same


def _under(values: Values, target: str, items_id: Any, root: int) -> bool:
    if target == "Entity":
        return items_id in sons(values.context.database, root)
    seen: set[Any] = set()
    while items_id and items_id not in seen:
        if items_id == root:
            return True
        seen.add(items_id)
        above = values.item(target, items_id)
        items_id = above[TREES[target]] if above else 0
    return False


def _target(option: Option) -> str | None:
    kind, _, rest = option.source.partition(":")
    return rest.partition(":")[0] if kind == "actor" else target_of(rest)


def _equals(option: Option, value: Any, needle: str) -> bool:
    if option.number == _STATUS and needle in _WORDS:
        return value in _WORDS[needle]
    number = whole_number(needle)
    if option.number == _PRIORITY and number is not None and number < 0:
        return int(value or 0) >= -number
    if isinstance(value, list):
        return number in value if number else not value
    if number is not None:
        return (value or 0) == number or str(value) == needle
    return folded(value) == folded(needle)


def _one(values: Values, criterion: dict[str, Any], row: Row) -> bool:
    option = options_of(values.itemtype).get(whole_number(criterion.get("field")) or 0)
    if option is None:
        return True
    searchtype, needle = str(criterion.get("searchtype")), str(criterion.get("value"))
    if needle == "myself" and _target(option) == "User":
        needle = str(values.context.session.users_id)
    value = raw(values, option, row)
    if option.number in _ONLY_EQUALS:
        return _equals(option, value, needle)
    if option.datatype == "datetime" and searchtype in _COMPARING:
        return _dated(values, value, searchtype, needle)
    target = _target(option)
    if searchtype in {"under", "notunder"} and target in TREES:
        ids = value if isinstance(value, list) else [value]
        inside = any(_under(values, str(target), one, whole_number(needle) or 0) for one in ids)
        return inside if searchtype == "under" else not inside and bool(value)
    if searchtype in _COMPARING:  # morethan and lessthan mean equals here
        return _equals(option, value, needle) is not (searchtype == "notequals")
    return _contains(values, option, row, needle) is not (searchtype == "notcontains")


def matches(values: Values, criteria: Sequence[Any], row: Row) -> bool:
    """Judge a row: AND binds tighter than OR, an unknown link is AND."""
    groups: list[bool] = []
    for criterion in criteria:
        if "itemtype" in criterion:
            continue
        inner = criterion.get("criteria")
        holds = matches(values, as_list(inner), row) if inner else _one(values, criterion, row)
        link = str(criterion.get("link", "AND"))
        holds = not holds if link.endswith(" NOT") else holds
        if not groups or link.startswith("OR"):
            groups.append(holds)
        else:
            groups[-1] = groups[-1] and holds
    return any(groups) if groups else True
