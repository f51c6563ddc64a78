"""The history that GLPI keeps of every change: rows of ``Log`` (FACTS 5)."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.names import dropdown_name, item_name, target_of, user_name
from sdtools.emulator.glpi.tables import Value

__all__ = [
    "log_changes",
    "log_child",
    "log_created",
    "log_linked",
    "log_row",
    "log_unlinked",
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
    """Write that an item was created."""
    log_row(context, (itemtype, items_id), CREATED, itemtype_link="0")


def _shown(context: Context, column: str, value: Value) -> str:
    target = target_of(column)
    if target == "User":
        row = context.database.row("User", value)
        return f"{user_name(row)} ({value})" if row else ""
    if target and value:
        return f"{dropdown_name(context.database, target, value)} ({value})"
    if target and value == 0:
        return "&nbsp; (0)"
    return "" if value is None else str(value)[:255]


def log_changes(context: Context, itemtype: str, old: Row, changed: Mapping[str, Value]) -> None:
    """Write one row per changed column that has a search option."""
    options = OPTIONS.get(itemtype, {})
    for column, value in changed.items():
        if column in options:
            log_row(
                context,
                (itemtype, old["id"]),
                CHANGED,
                id_search_option=options[column],
                old_value=_shown(context, column, old[column]),
                new_value=_shown(context, column, value),
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


def stamped(context: Context, values: Mapping[str, Value]) -> dict[str, Value]:
    """Give a child row with its author and times."""
    now, users_id = context.now(), context.session.users_id
    found: dict[str, Value] = {"users_id": users_id, "timeline_position": 1}
    return found | dict(values) | {"date_mod": now, "date_creation": now}
