"""The history that GLPI keeps of every change: rows of ``Log`` (FACTS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import (
    TREES,
    dropdown_name,
    foreign_key,
    item_name,
    target_of,
    user_name,
)
from sdtools.emulator.glpi.search_options import Option, options_of
from sdtools.emulator.glpi.tables import TABLES, Value
from sdtools.emulator.glpi.ties import SILENT, Tie, joining, own_columns, ties_of

__all__ = [
    "log_changes",
    "log_child",
    "log_created",
    "log_linked",
    "log_purged",
    "log_row",
    "log_trashed",
    "log_unlinked",
    "log_updated",
    "stamped",
]

CHANGED, UPDATED_CHILD, DELETED, LINKED, UNLINKED = 0, 12, 13, 15, 16
CHILD_ADDED, CHILD_UPDATED, CHILD_DELETED, CREATED = 17, 18, 19, 20

_ITIL_OPTIONS: Mapping[str, int] = {
    "name": 1, "content": 21, "status": 12, "priority": 3, "urgency": 10, "impact": 11,
    "type": 14, "itilcategories_id": 7, "entities_id": 80, "locations_id": 83,
    "requesttypes_id": 9, "users_id_recipient": 22, "date": 15, "closedate": 16,
    "solvedate": 17, "time_to_resolve": 18, "time_to_own": 155, "slas_id_ttr": 30,
    "slas_id_tto": 37, "takeintoaccount_delay_stat": 150, "global_validation": 52,
    "users_id_lastupdater": 64, "internal_time_to_resolve": 180, "internal_time_to_own": 185,
    "date_mod": 19,
}  # fmt: skip
OPTIONS: Mapping[str, Mapping[str, int]] = {
    "Ticket": _ITIL_OPTIONS,
    "Problem": _ITIL_OPTIONS,
    "Change": _ITIL_OPTIONS,
}
# What is made together with an item, and before it is said to be made.
_MADE_WITH: Mapping[str, tuple[str, ...]] = {
    "User": ("UserEmail", "Profile_User"),
    "KnowbaseItem": ("KnowbaseItem_KnowbaseItemCategory",),
}


def _user(context: Context) -> str:
    row = context.database.row("User", context.session.users_id)
    return f"{user_name(row)} ({row['id']})" if row else ""


def log_row(context: Context, item: tuple[str, object], action: int, **columns: Value) -> None:
    """Write one row of history about an item (its type and id)."""
    context.database.insert(
        "Log",
        {
            "itemtype": item[0],
            "items_id": item[1],
            "itemtype_link": "",
            "linked_action": action,
            "user_name": _user(context),
            "date_mod": context.now(),
            "old_value": "",
            "new_value": "",
        }
        | columns,
    )


def log_created(context: Context, itemtype: str, items_id: int) -> None:
    """Write that an item was created, after what the histories around it say of that."""
    row = context.database.row(itemtype, items_id)
    for tie in ties_of(context.database, itemtype, row) if row else ():
        _log_coming(context, tie)
    for kind in _MADE_WITH.get(itemtype, ()):
        own = f'"{foreign_key(itemtype)}" = ?'
        for one in context.database.rows(kind, own, (items_id,)):
            log_created(context, kind, int(one["id"] or 0))
    if itemtype not in SILENT:
        log_row(context, (itemtype, items_id), CREATED, itemtype_link="0")


def _log_coming(context: Context, tie: Tie) -> None:
    log_row(context, tie.item, tie.actions.added, itemtype_link=tie.kind, new_value=tie.name)


def _log_going(context: Context, tie: Tie) -> None:
    log_row(context, tie.item, tie.actions.deleted, itemtype_link=tie.kind, old_value=tie.name)


def log_trashed(context: Context, itemtype: str, row: Row) -> None:
    """Write that an item went to the trash."""
    if itemtype not in SILENT:
        log_row(context, (itemtype, row["id"]), DELETED, itemtype_link="0")


def log_purged(context: Context, itemtype: str, row: Row) -> None:
    """Write in the histories around an item that it goes, and its relations before it."""
    relations = joining(context.database, itemtype, row["id"])
    for kind, one in [*relations, (itemtype, row)]:
        for tie in ties_of(context.database, kind, one):
            _log_going(context, tie)


def log_updated(context: Context, itemtype: str, old: Row, changed: Mapping[str, Value]) -> None:
    """Write an update that is done: in the item's own history, and in those around it."""
    told = {name: value for name, value in changed.items() if name != "date_mod"}
    if itemtype not in SILENT:
        log_changes(context, itemtype, old, told)
    before, after = (ties_of(context.database, itemtype, row) for row in (old, old | told))
    own = own_columns(itemtype)
    if itemtype not in TREES:
        for name in (one for one in told if one not in own):
            for tie in after:
                _log_change_within(context, tie, name, old[name], told[name])
    if not own & told.keys():
        return
    for tie in before:
        _log_going(context, tie)
    for tie in after:
        _log_coming(context, tie)
    if itemtype in TREES:
        _log_moved(context, itemtype, old, told[TREES[itemtype]])


def _log_change_within(context: Context, tie: Tie, name: str, old: Value, new: Value) -> None:
    kind = f"{tie.updated_kind}{name}" if tie.updated_kind.endswith("#") else tie.updated_kind
    log_row(context, tie.item, tie.actions.updated, itemtype_link=kind,
            old_value=_raw(old), new_value=_raw(new))  # fmt: skip


def _log_moved(context: Context, itemtype: str, old: Row, above: Value) -> None:
    """Write in a node's own history below whom it was and is."""
    log_row(context, (itemtype, old["id"]), CHILD_UPDATED, itemtype_link=itemtype,
            old_value=_named(context, itemtype, old[TREES[itemtype]]),
            new_value=_named(context, itemtype, above))  # fmt: skip


def _raw(value: Value) -> str:
    return "" if value is None else str(value)[:255]


def _name_and_id(context: Context, itemtype: str, value: Value) -> str:
    """Give what a column points at; only the root entity has the id 0."""
    known = itemtype in TABLES and (value or itemtype == "Entity")
    name = dropdown_name(context.database, itemtype, value) if known else "&nbsp;"
    return f"{name} ({value})"


def _shown(context: Context, column: str, value: Value) -> str:
    target = target_of(column)
    return _raw(value) if target is None or value is None else _name_and_id(context, target, value)


def _linkfield(option: Option) -> str:
    """Give the column that an option is changed by (GLPI 10.0, Search::getOptions)."""
    if not option.steps:
        return option.field
    last = option.steps[-1]
    if last.column and not last.back:
        return last.column
    return foreign_key(last.itemtype) if last.itemtype in TABLES else ""


@cache
def _options(itemtype: str) -> Mapping[str, Option]:
    """Give the first option of each column (Log::constructHistory)."""
    found: dict[str, Option] = {}
    for option in options_of(itemtype).values():
        for column in {_linkfield(option), option.field if option.target == itemtype else ""}:
            found.setdefault(column, option)
    return {name: one for name, one in found.items() if name in TABLES[itemtype].columns}


def _told(context: Context, option: Option, _: str, value: Value) -> str:
    """Give a value as a history tells it: of another item its name and id."""
    own = option.target == option.itemtype
    return _raw(value) if own or value is None else _name_and_id(context, option.target, value)


def log_changes(context: Context, itemtype: str, old: Row, changed: Mapping[str, Value]) -> None:
    """Write one row per changed column that has a search option."""
    known = OPTIONS.get(itemtype, {})
    for column, value in changed.items():
        plain = not known or (column.endswith("content") and column not in known)
        option = _options(itemtype).get(column) if plain else None
        number = option.number if option else known.get(column)
        if number is None:
            continue
        show = partial(_told, context, option) if option else partial(_shown, context)
        log_row(
            context,
            (itemtype, old["id"]),
            CHANGED,
            id_search_option=number,
            old_value=show(column, old[column]),
            new_value=show(column, value),
        )


def _named(context: Context, itemtype: str, items_id: object) -> str:
    row = context.database.row(itemtype, items_id)
    return f"{item_name(context.database, itemtype, row)} ({items_id})" if row else ""


def log_linked(
    context: Context, item: tuple[str, object], other: tuple[str, object], option: int = 0
) -> None:
    """Write that another item was linked; ``option`` 4, 5, 66... for actors."""
    name = _named(context, *other)
    log_row(context, item, LINKED, itemtype_link=other[0], id_search_option=option, new_value=name)


def log_unlinked(context: Context, item: tuple[str, object], other: tuple[str, object]) -> None:
    """Write that a link was removed."""
    log_row(context, item, UNLINKED, itemtype_link=other[0], old_value=_named(context, *other))


def log_child(
    context: Context, item: tuple[str, object], child: tuple[str, object], action: int
) -> None:
    """Write that a followup, task, solution or cost was added, updated or deleted."""
    named = {"ITILSolution", "TicketCost"}
    text = _named(context, *child) if child[0] in named else str(child[1])
    log_row(context, item, action, itemtype_link=child[0], new_value=text)
    if child[0] == "ITILSolution" and action == CHILD_ADDED:
        log_row(context, child, CREATED, itemtype_link="0")


def stamped(context: Context, values: Mapping[str, Value]) -> dict[str, Value]:
    """Give a child row with its author and times."""
    now, users_id = context.now(), context.session.users_id
    found: dict[str, Value] = {"users_id": users_id, "timeline_position": 1}
    return found | dict(values) | {"date_mod": now, "date_creation": now}
