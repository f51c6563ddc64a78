"""Judging one search criterion: what GLPI's SQL asks of a row and of those joined (FACTS 6)."""

from __future__ import annotations

import re
from datetime import datetime

from sdtools.emulator.glpi.access import sons
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import TREES
from sdtools.emulator.glpi.search_cases import judge_of
from sdtools.emulator.glpi.search_computed import computed
from sdtools.emulator.glpi.search_joins import Joins
from sdtools.emulator.glpi.search_terms import Criterion, Truth, Unjudged, negation
from sdtools.emulator.glpi.search_text import (
    absolute_date,
    equal_in_sql,
    is_null_word,
    like,
    number_of,
)
from sdtools.emulator.glpi.tables import Value
from sdtools.emulator.glpi.text import decoded
from sdtools.emulator.glpi.zones import local

__all__ = ["judge"]

_COMPARED = re.compile(r"([<>])(=?)\s*(-?)\s*(\d+(.\d+)?)")
_DATED = re.compile(r"\s*([<>=]+)(.*)", re.DOTALL)
_MONTHS_KNOWN = 12_000
_EUROPEAN = re.compile(r"(\d{1,2})(-|/)(\d{1,2})(-|/)(\d{4})")  # read as day, month, year
_NUMBERS = frozenset({"bool", "count", "mio", "number", "decimal", "timestamp", "progressbar"})
_BY_ID = frozenset({"equals", "notequals", "under", "notunder"})
_FLIP = {"<": ">", ">": "<"}


def _compared(value: Value, sign: str, number: float) -> Truth:
    if value is None:
        return None
    left = number_of(str(value)) or 0
    return {"<": left < number, ">": left > number, "<=": left <= number, ">=": left >= number}[
        sign
    ]


def judge(one: Criterion, joins: Joins, row: Row) -> Truth:
    """Judge a row by all rows joined to it: one that fits is enough, as SQL groups them."""
    if one.option.having:
        return _having(one, joins, row)
    joined = joins.rows(one.option, row)
    if one.option.subquery and one.searchtype in {*_BY_ID, "contains", "notcontains"}:
        return _in_subquery(one, joins, joined)
    ends: list[Row | None] = [*joined] or [None]
    truths = [_on(one, joins, row, end) for end in ends]
    return True if any(truths) else (None if None in truths else False)


def _on(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth:
    """Judge a row with one row joined to it, or with none."""
    special = judge_of(one.option.target, one.option.field)
    found = special(one, joins, row, joined) if special else Unjudged.YET
    return _usual(one, joins, row, joined) if isinstance(found, Unjudged) else found


def _value(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Value:
    if one.option.computed is not None:
        rows = [joined] if joined else []
        return computed(one.option, rows or [row], joins.context.now())
    return joined.get(one.option.field) if joined else None


def _usual(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth:
    value = _value(one, joins, row, joined)
    datatype = one.option.datatype
    if datatype == "itemtypename" and one.searchtype in {"equals", "notequals"}:
        return _turned(one, equal_in_sql(value, one.value))
    if datatype == "itemlink" and one.searchtype in _BY_ID:
        return _turned(one, _same_item(one, joins, joined))
    if datatype in {"date", "datetime", "date_delay"}:
        return _dated(one, joins, value)
    found = _numbered(one, value) if datatype in _NUMBERS else Unjudged.YET
    if not isinstance(found, Unjudged):
        return found
    if one.searchtype in _BY_ID:
        return _equal(one, joins, joined, value)
    return _text(one, value, one.value)


def _turned(one: Criterion, truth: Truth) -> Truth:
    return negation(truth) if one.inverse else truth


def _text(one: Criterion, value: Value, wanted: str) -> Truth:
    found = like(value, wanted)
    if not one.inverse:
        return found
    if value is None and not is_null_word(wanted):
        return True
    return negation(found)


def _dated(one: Criterion, joins: Joins, value: Value) -> Truth:
    now = str(local(joins.context, joins.context.now()))
    wanted, seen = absolute_date(one.value, datetime.fromisoformat(now)), None
    if value is not None:
        seen = str(local(joins.context, value))
    return _dated_text(one, seen, wanted, datetime.fromisoformat(now))


def _dated_text(one: Criterion, value: str | None, wanted: str, now: datetime) -> Truth:
    if one.option.datatype == "datetime" and one.searchtype in {"equals", "notequals"}:
        return _text(one, value, "^" + re.sub(r":00$", "", wanted))
    if one.searchtype in {"equals", "notequals"}:
        return _turned(one, equal_in_sql(value, wanted))
    wanted = _EUROPEAN.sub(r"\5-\3-\1", wanted)
    sign = {"lessthan": "<", "morethan": ">"}.get(one.searchtype, "")
    found = _DATED.fullmatch(sign + decoded(wanted))
    if found is None:
        return _text(one, value, wanted)
    date = found[2].strip().replace("T", " ")
    months = number_of(date)
    if months is not None:  # so many from now; of what no date can hold nothing is known
        if abs(months) > _MONTHS_KNOWN:
            return None
        date = absolute_date(f"{int(months)}MONTH", now)
    if not re.search(r"\d{2,4}-\d{1,2}-\d{1,2}", date):
        return True  # rubbish matches everything (FACTS 6)
    truth = _before_or_after(value, found[1], date)
    return negation(truth) if one.negated else truth


def _numbered(one: Criterion, value: Value) -> Truth | Unjudged:
    """Judge a comparison or a number; a text is left to be judged as one."""
    text = decoded(one.value)
    if one.option.datatype == "bool":
        text = {"no": "0", "yes": "1"}.get(text.lower(), text)
    found = _COMPARED.search(text)
    if found:
        sign = _FLIP[found[1]] if one.inverse else found[1]
        return _compared(value, sign + found[2], float(found[3] + found[4]))
    number = number_of(text)
    if number is None or (one.option.datatype == "decimal" and one.searchtype == "contains"):
        return Unjudged.YET
    if value is None:
        return None
    same = (number_of(str(value)) or 0) == number
    return not same if one.inverse else same


def _same_item(one: Criterion, joins: Joins, joined: Row | None) -> Truth:
    if joined is None:
        return None
    if one.searchtype in {"under", "notunder"}:
        return _under(one, joins, joined["id"])
    return equal_in_sql(joined["id"], one.value)


def _under(one: Criterion, joins: Joins, items_id: Value) -> bool:
    root = int(number_of(one.value) or 0)
    target = one.option.target
    if target == "Entity":
        return items_id in sons(joins.context.database, root)
    seen: set[Value] = set()
    while items_id and items_id not in seen:
        if items_id == root:
            return True
        seen.add(items_id)
        above = joins.item(target, items_id)
        items_id = above[TREES[target]] if above and target in TREES else 0
    return False


def _equal(one: Criterion, joins: Joins, joined: Row | None, value: Value) -> Truth:
    if one.option.by_field and one.searchtype in {"equals", "notequals"}:
        same = equal_in_sql(value, one.value)
    else:
        same = _same_item(one, joins, joined)
    # An id of 0 means none; a negated one takes in what has none (not for "under").
    unset = number_of(one.value) == 0
    turned = one.negated is not (one.searchtype == "notequals")
    if joined is None and unset is not turned:
        return True
    return _turned(one, same)


def _in_subquery(one: Criterion, joins: Joins, joined: list[Row]) -> Truth:
    value = "0" if one.value == "" else one.value
    if one.searchtype in _BY_ID and number_of(value) == 0:
        return bool(joined) is one.inverse
    plain = Criterion(
        option=one.option, searchtype=one.searchtype.removeprefix("not"), value=one.value,
        negated=False,
    )  # fmt: skip
    found = any(_on(plain, joins, {}, link) for link in joined)
    return found is not one.inverse


def _having(one: Criterion, joins: Joins, row: Row) -> Truth:
    joined = joins.rows(one.option, row)
    value: Value = len(joined)
    if one.option.computed is not None:
        value = computed(one.option, joined, joins.context.now())
    elif one.option.datatype != "count":
        value = "$$##$$".join(str(end[one.option.field]) for end in joined) or None
    if one.option.datatype == "datetime" and one.searchtype not in {"contains", "notcontains"}:
        return _dated(one, joins, value)
    found = _numbered(one, value)
    return _text(one, value, one.value) if isinstance(found, Unjudged) else found


def _before_or_after(value: str | None, sign: str, date: str) -> Truth:
    if value is None:
        return None
    midnight = " 00:00:00"[: len("0000-00-00 00:00:00") - len(date)] if " " not in date else ""
    left, right = value, date + midnight
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right,
            "=": left == right}.get(sign, False)  # fmt: skip
