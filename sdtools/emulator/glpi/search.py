"""``search/Ticket``: which rows, which columns, in which order and shape (FACTS 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sdtools.emulator.glpi.access import require_list, visible_where
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.criteria import is_meta, matches, read_clauses
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.listing import Page, asked_range, page_of
from sdtools.emulator.glpi.profiles import READ
from sdtools.emulator.glpi.query import Parameters, as_list, flag
from sdtools.emulator.glpi.search_joins import Joins
from sdtools.emulator.glpi.search_meta import meta_option
from sdtools.emulator.glpi.search_options import Option, groups_and_options, options_of
from sdtools.emulator.glpi.search_preferences import PREFERRED
from sdtools.emulator.glpi.search_shapes import shown, sort_key
from sdtools.emulator.glpi.tables import TABLES
from sdtools.emulator.glpi.text import whole_number
from sdtools.emulator.glpi.wire import Answer, CrashError, RequestError, plain

__all__ = ["ALL_ASSETS", "list_search_options", "search"]

ALL_ASSETS = "AllAssets"
_ASSETS = ("Computer", "Monitor", "NetworkEquipment", "Peripheral", "Phone", "Printer")
_ITIL = frozenset({"Ticket", "Problem", "Change"})
_DOMAINS = frozenset({"domain", "Domain_Item"})
_NOT_BY_ENTITY = frozenset({"User"})  # their entities are those of their profiles

_SQL_ERROR = Answer(  # the text that PHP glues in front makes it no JSON at all (FACTS 6)
    status=500,
    content=b'You have an error in your SQL syntax["ERROR_SQL","Unexpected SQL Error"]',
)


def list_search_options(context: Context, itemtype: str) -> Answer:
    """Answer listSearchOptions: whatever the rights, but for domains."""
    found: dict[str, object] = {}
    domains = context.session.may("domain", READ)
    for one in groups_and_options(itemtype):
        if not domains and (one.first if isinstance(one, Option) else one[0]) in _DOMAINS:
            continue
        if isinstance(one, Option):
            found[str(one.number)] = one.wire()
        else:
            found[one[0]] = {"name": one[1]}
    return plain(found)


def _checked(itemtype: str, criterion: Any) -> None:
    if not isinstance(criterion, dict):
        raise CrashError
    if "criteria" in criterion:
        return
    if any(criterion.get(name) is None for name in ("field", "value", "searchtype")):
        raise RequestError(400, "ERROR", "Malformed search criteria")
    number = str(criterion["field"])
    # Those on another item type, too, are looked up among the options of the searched one.
    option = options_of(itemtype).get(int(number)) if number.isdecimal() else None
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


def _refuse_undisplayable(itemtype: str, parameters: Parameters) -> None:
    asked, options = parameters.get("forcedisplay"), options_of(itemtype)
    numbers = [whole_number(one) or 0 for one in as_list(asked) or ([asked] if asked else [])]
    if any(number in options and options[number].undisplayable for number in numbers):
        message = "ID is forbidden along with 'forcedisplay' parameter."
        raise RequestError(400, "ERROR", message)


def _fields(criteria: Sequence[Any]) -> list[int]:
    found: list[int] = []
    for criterion in criteria:
        if "criteria" in criterion:
            found += _fields(as_list(criterion["criteria"]))
        elif not is_meta(criterion) and (number := whole_number(criterion.get("field"))):
            found.append(number)
    return found


def _by_entity(context: Context, itemtype: str) -> bool:
    """Tell whether the entity is shown: where there are several, and the item type has one."""
    if itemtype == ALL_ASSETS:
        return context.database.count("Entity") > 1
    columns = TABLES[itemtype].columns
    if itemtype in _NOT_BY_ENTITY or "entities_id" not in columns:
        return False
    several = "is_recursive" in columns or len(context.session.active) > 1
    return several and context.database.count("Entity") > 1


def _sort_numbers(parameters: Parameters) -> list[Any]:
    asked = parameters.get("sort", "1")
    return as_list(asked) or [asked]


def _columns(
    context: Context, itemtype: str, parameters: Parameters, criteria: Sequence[Any]
) -> list[Option]:
    asked = parameters.get("forcedisplay")
    forced = [whole_number(one) or 0 for one in as_list(asked) or ([asked] if asked else [])]
    first = (2, 1) if itemtype in _ITIL else (1,)
    entity = (80,) if _by_entity(context, itemtype) else ()
    numbers = [*first, *entity, *(forced or PREFERRED.get(itemtype, ())), *_fields(criteria)]
    numbers += [whole_number(one) or 0 for one in _sort_numbers(parameters)]
    options = options_of(itemtype)
    return [options[number] for number in dict.fromkeys(numbers) if number in options]


def _sorted(
    joins: Joins, itemtype: str, rows: list[Row], parameters: Parameters
) -> tuple[list[Row], list[Any], list[str]]:
    """Sort; rows that are equal keep the order of their ids, turned round in descending order."""
    sort = _sort_numbers(parameters)
    orders = as_list(parameters.get("order")) or [parameters.get("order", "ASC")]
    order = ["DESC" if str(one).upper() == "DESC" else "ASC" for one in orders]
    order += ["ASC"] * (len(sort) - len(order))
    for number, direction in reversed(list(zip(sort, order, strict=False))):
        option = options_of(itemtype).get(whole_number(number) or 0)
        if option is None:
            continue
        descending = direction == "DESC"
        if descending:
            rows = rows[::-1]  # so that a stable sort turns equal rows round
        keys = [sort_key(joins, option, row) for row in rows]
        ranked = sorted(range(len(rows)), key=keys.__getitem__, reverse=descending)
        rows = [rows[place] for place in ranked]
    single = "sort" in parameters and not as_list(parameters["sort"])
    return rows, [whole_number(sort[0]) or 0] if single else sort, order


def _rows(context: Context, itemtype: str, parameters: Parameters) -> list[Row]:
    types = _ASSETS if itemtype == ALL_ASSETS else (itemtype,)
    found: list[Row] = []
    for one in types:
        require_list(context, one)
        columns, where = TABLES[one].columns, visible_where(context, one)
        if "is_deleted" in columns:
            where += f" AND is_deleted = {int(flag(parameters, 'is_deleted'))}"
        if "is_template" in columns:
            where += " AND is_template = 0"
        rows = context.database.rows(one, where)
        found += [row | {"itemtype": one} for row in rows] if itemtype == ALL_ASSETS else rows
    return found


def _page(context: Context, parameters: Parameters, total: int) -> Page | None:
    """Place the page; None for a reversed range, which ends in an SQL error."""
    asked = asked_range(parameters)
    if asked and asked[0] > asked[1]:
        return None
    page = page_of(asked, context.session.list_limit, total)
    if asked is None and total:  # no off-by-one here
        page = page_of((0, context.session.list_limit - 1), page.limit, total)
    return page


def search(context: Context, itemtype: str, parameters: Parameters) -> Answer:
    """Answer search/Ticket."""
    criteria = _criteria(itemtype, parameters)
    _refuse_undisplayable(itemtype, parameters)
    joins = Joins(context=context, itemtype=itemtype)
    rows = _rows(context, itemtype, parameters)
    clauses = read_clauses(itemtype, criteria)
    if clauses:
        rows = [row for row in rows if matches(joins, clauses, row)]
    page = _page(context, parameters, len(rows))
    if page is None:
        return _SQL_ERROR
    rows, sort, order = _sorted(joins, itemtype, rows, parameters)
    part = rows[page.start : page.end + 1]
    columns = _columns(context, itemtype, parameters, criteria)
    data: Any = [_line(joins, itemtype, parameters, criteria, columns, row) for row in part]
    if "withindexes" in parameters:
        data = {str(row["id"]): shape for row, shape in zip(part, data, strict=True)}
    found = {"totalcount": page.total, "count": len(part), "sort": sort, "order": order}
    if part:
        found["data"] = data
    found["content-range"] = f"{page.start}-{page.end}/{page.total}"
    return plain(found, page.status, page.headers(itemtype))


def _line(
    joins: Joins, itemtype: str, parameters: Parameters, criteria: Sequence[Any],
    columns: Sequence[Option], row: Row,
) -> Any:  # fmt: skip
    """Give one row; columns of other item types lie on those of the same number (FACTS 6)."""
    by_uid = "uid_cols" in parameters
    line = {(one.uid if by_uid else str(one.number)): shown(joins, one, row) for one in columns}
    for criterion in criteria:
        if "criteria" not in criterion and is_meta(criterion):
            number = whole_number(criterion.get("field")) or 0
            option = meta_option(itemtype, str(criterion["itemtype"]), number)
            line[str(number)] = shown(joins, option, row) if option else []
    for criterion in as_list(parameters.get("metacriteria")):
        if isinstance(criterion, dict):
            line[str(criterion.get("field"))] = []
    if itemtype == ALL_ASSETS:
        line |= {"id": row["id"], "itemtype": row["itemtype"]}
    return line or []  # PHP's empty array
