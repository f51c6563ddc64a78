"""Business rules for tickets (``RuleTicket``): they run inside adds and updates (FACTS 10)."""

from __future__ import annotations

import re

from sdtools.emulator.glpi.actors import ASSIGN, OBSERVER, REQUESTER, Actor
from sdtools.emulator.glpi.casting import Values, cast
from sdtools.emulator.glpi.context import Context
from sdtools.emulator.glpi.database import Row, folded
from sdtools.emulator.glpi.tables import TABLES, Value
from sdtools.emulator.glpi.text import decoded

__all__ = ["run_rules"]

_ON_ADD, _ON_UPDATE = 1, 2
_IS, _IS_NOT, _CONTAINS, _NOT_CONTAINS, _BEGINS, _ENDS, _MATCHES = range(7)
_ACTORS = {
    "_users_id_requester": ("User", REQUESTER), "_groups_id_requester": ("Group", REQUESTER),
    "_users_id_assign": ("User", ASSIGN), "_groups_id_assign": ("Group", ASSIGN),
    "_users_id_observer": ("User", OBSERVER), "_groups_id_observer": ("Group", OBSERVER),
}  # fmt: skip


def _holds(criterion: Row, value: Value | list[int]) -> bool:
    condition, pattern = int(criterion["condition"] or 0), str(criterion["pattern"] or "")
    if isinstance(value, list):
        inside = pattern.isdigit() and int(pattern) in value
        return inside if condition == _IS else not inside
    text, wanted = folded(decoded(str(value or ""))), folded(pattern)
    if condition == _MATCHES:
        return re.search(pattern.strip("/i"), str(value or ""), re.IGNORECASE) is not None
    found = {
        _IS: text == wanted,
        _IS_NOT: text != wanted,
        _CONTAINS: wanted in text,
        _NOT_CONTAINS: wanted not in text,
        _BEGINS: text.startswith(wanted),
        _ENDS: text.endswith(wanted),
    }
    return found.get(condition, False)


def _value(criterion: Row, values: Values, actors: list[Actor]) -> Value | list[int]:
    name = str(criterion["criteria"])
    if name in _ACTORS:
        kind, role = _ACTORS[name]
        return [one.items_id for one in actors if (one.kind, one.role) == (kind, role)]
    return values.get(name)


def _applies(context: Context, rule: Row, values: Values, actors: list[Actor]) -> bool:
    criteria = context.database.rows("RuleCriteria", "rules_id = ?", (rule["id"],))
    holding = [_holds(one, _value(one, values, actors)) for one in criteria]
    if not holding:
        return True
    return any(holding) if str(rule["match"]).upper() == "OR" else all(holding)


def run_rules(
    context: Context, values: Values, actors: list[Actor], changed: frozenset[str]
) -> tuple[Values, list[Actor]]:
    """Give what active rules set, and the actors after them.

    An add (``changed`` holds all columns, the creation date with them) runs the rules for adds;
    an update those of which a criterion's field changed.
    """
    adding = "date_creation" in changed
    result: Values = {}
    found = list(actors)
    wanted = _ON_ADD if adding else _ON_UPDATE
    for rule in context.database.rows("RuleTicket", "is_active = 1", (), "ORDER BY ranking, id"):
        if not int(rule["condition"] or 0) & wanted:
            continue
        criteria = context.database.rows("RuleCriteria", "rules_id = ?", (rule["id"],))
        if not adding and not {str(one["criteria"]) for one in criteria} & changed:
            continue
        if _applies(context, rule, values | result, found):
            found = _act(context, rule, result, found)
    return result, found


def _act(context: Context, rule: Row, result: Values, actors: list[Actor]) -> list[Actor]:
    for action in context.database.rows("RuleAction", "rules_id = ?", (rule["id"],)):
        name, value = str(action["field"]), action["value"]
        if name in _ACTORS:
            kind, role = _ACTORS[name]
            new = Actor(kind=kind, items_id=int(value or 0), role=role)
            # "assign" replaces what the client sent for that role, "append" adds to it
            if action["action_type"] != "append":
                actors = [one for one in actors if (one.kind, one.role) != (kind, role)]
            actors = [*actors, new]
        elif name in TABLES["Ticket"].columns:
            result |= cast("Ticket", {name: value})
    return actors
