"""``search``: criteria, links, columns, and the shapes in which values come (FACTS 6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sdtools.emulator.glpi.access import require_list, visible_where
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.criteria import matches
from sdtools.emulator.glpi.database import Row, folded
from sdtools.emulator.glpi.listing import asked_range, page_of
from sdtools.emulator.glpi.query import Parameters, as_list, flag
from sdtools.emulator.glpi.search_options import Option, options_of
from sdtools.emulator.glpi.search_values import Values, shown
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain

__all__ = ["search"]

_ALWAYS = {"Ticket": (2, 1, 80), "Problem": (2, 1, 80), "Change": (2, 1, 80), "User": (1,)}
_PREFERRED = {"Ticket": (12, 19, 15, 3, 4, 5, 7, 18), "User": (34, 5, 8), "Computer": (1,)}

_SQL_ERROR = Answer(  # the text that PHP glues in front makes it no JSON at all (FACTS 6)
    status=500,
    content=b'You have an error in your SQL syntax["ERROR_SQL","Unexpected SQL Error"]',
)


def _checked(itemtype: str, criterion: Any) -> None:
    if not isinstance(criterion, dict):
        raise CrashError
    if "criteria" in criterion or "itemtype" in criterion:
        return
    if "field" not in criterion or "value" not in criterion or "searchtype" not in criterion:
        raise RequestError(400, "ERROR", "Malformed search criteria")
    option = options_of(itemtype).get(whole_number(criterion["field"]) or 0)
    if option is None:
        raise RequestError(400, "ERROR", "Bad field ID in search criteria")
    if option.hidden:
        raise RequestError(400, "ERROR", "Forbidden field ID in search criteria")
    if isinstance(criterion["value"], list | dict):
        raise CrashError


def _criteria(itemtype: str, parameters: Parameters) -> list[dict[str, Any]]:
    asked = parameters.get("criteria")
    if asked is not None and not isinstance(asked, list | dict):
        raise CrashError
    found = as_list(asked)
    for criterion in found:
        _checked(itemtype, criterion)
        if "criteria" in criterion:
            break  # what follows the first nested group is not validated (FACTS 6)
    return found


def _fields(criteria: Sequence[Any]) -> list[int]:
    found: list[int] = []
    for criterion in criteria:
        if "criteria" in criterion:
            found += _fields(as_list(criterion["criteria"]))
        elif number := whole_number(criterion.get("field")):
            found.append(number)
    return found


def _columns(itemtype: str, parameters: Parameters, criteria: Sequence[Any]) -> list[Option]:
    options = options_of(itemtype)
    forced = [whole_number(one) or 0 for one in as_list(parameters.get("forcedisplay"))]
    numbers = [*_ALWAYS.get(itemtype, (1, 80)), *(forced or _PREFERRED.get(itemtype, ()))]
    numbers += _fields(criteria)
    return [options[number] for number in dict.fromkeys(numbers) if number in options]


def _key(values: Values, option: Option) -> Callable[[Row], tuple[bool, Any]]:
    def key(row: Row) -> tuple[bool, Any]:
        value = shown(values, option, row)
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, int):
            return value is not None, value
        return value is not None, folded(value or "")

    return key


def _sorted(
    itemtype: str, rows: list[Row], values: Values, parameters: Parameters
) -> tuple[list[Row], list[Any], list[str]]:
    asked = parameters.get("sort", "1")
    sort = as_list(asked) or [asked]
    orders = as_list(parameters.get("order")) or [parameters.get("order", "ASC")]
    order = ["DESC" if str(one).upper() == "DESC" else "ASC" for one in orders]
    order += ["ASC"] * (len(sort) - len(order))
    rows = sorted(rows, key=lambda row: int(row["id"] or 0))
    for number, direction in reversed(list(zip(sort, order, strict=False))):
        option = options_of(itemtype).get(whole_number(number) or 0)
        if option:
            rows = sorted(rows, key=_key(values, option), reverse=direction == "DESC")
    single = "sort" in parameters and not as_list(asked)
    return rows, [whole_number(asked) or 0] if single else sort, order


def search(context: Context, itemtype: str, parameters: Parameters) -> Answer:
    """Answer search/Ticket."""
    require_list(context, itemtype)
    criteria = _criteria(itemtype, parameters)
    where = visible_where(context, itemtype)
    if "is_deleted" in TABLES[itemtype].columns:
        where += f" AND is_deleted = {int(flag(parameters, 'is_deleted'))}"
    values = Values(context=context, itemtype=itemtype)
    rows = context.database.rows(itemtype, where)
    rows = [row for row in rows if matches(values, criteria, row)]
    asked = asked_range(parameters)
    if asked and asked[0] > asked[1]:
        return _SQL_ERROR
    page = page_of(asked, context.session.list_limit, len(rows))
    if "range" not in parameters and page.total:  # no off-by-one here
        end = min(page.start + context.session.list_limit, page.total) - 1
        page = page_of((page.start, end), page.limit, page.total)
    rows, sort, order = _sorted(itemtype, rows, values, parameters)
    part = rows[page.start : page.end + 1]
    columns = _columns(itemtype, parameters, criteria)
    by_uid = "uid_cols" in parameters
    data: Any = [
        {(one.uid if by_uid else str(one.number)): shown(values, one, row) for one in columns}
        for row in part
    ]
    if "withindexes" in parameters:
        data = {str(row["id"]): shape for row, shape in zip(part, data, strict=True)}
    found = {"totalcount": page.total, "count": len(part), "sort": sort, "order": order}
    if part:
        found["data"] = data
    found["content-range"] = f"{page.start}-{page.end}/{page.total}"
    return plain(found, page.status, page.headers(itemtype))
