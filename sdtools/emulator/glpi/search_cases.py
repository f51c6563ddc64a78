"""Search conditions of columns that GLPI judges in a way of their own: people, status, grades."""

from __future__ import annotations

from collections.abc import Callable

from sdtools.emulator.glpi.database import Row
from sdtools.emulator.glpi.search_joins import Joins
from sdtools.emulator.glpi.search_terms import Criterion, Truth, Unjudged, negation
from sdtools.emulator.glpi.search_text import equal_in_sql, is_null_word, like, number_of
from sdtools.emulator.glpi.tables import Value

__all__ = ["judge_of"]

_ITIL = frozenset({"Ticket", "Problem", "Change"})
_STATUSES = {
    "Ticket": {"all": {1, 2, 3, 4, 5, 6}, "process": {2, 3}, "notold": {1, 2, 3, 4}},
    "Problem": {"all": {1, 2, 3, 4, 5, 6, 7, 8}, "process": {2, 3}, "notold": {1, 2, 3, 4, 7}},
    "Change": {"all": {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, "process": {9, 10, 11, 12},
               "notold": {1, 4, 7, 9, 10, 11, 12}},
}  # fmt: skip
_SOLVED, _CLOSED = 5, 6
_CAN = {1, 3}  # no approval asked, or approved
_BY_ID = frozenset({"equals", "notequals", "under", "notunder"})

_Judge = Callable[[Criterion, Joins, Row, Row | None], Truth | Unjudged]


def _people(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth | Unjudged:
    """Judge people by id, and in texts by last, first and login name."""
    del row
    if one.option.itemtype == "User":
        return Unjudged.YET  # users among themselves are judged as usual
    value = str(joins.context.session.users_id) if one.value == "myself" else one.value
    if one.searchtype in {"equals", "notequals"}:
        same = equal_in_sql(joined["id"], value) if joined else None
        truth = negation(same) if one.inverse else same
        if number_of(value) == 0:
            return bool(truth) or ((joined is None) is (one.searchtype == "equals"))
        return truth
    if one.searchtype not in {"contains", "notcontains"}:
        # The pattern is missing from GLPI's SQL: only the address of the link is compared.
        return like("" if joined else None, one.value) if one.option.subquery else None
    if is_null_word(one.value) and one.option.subquery:
        return joined is not None  # the address of a link is empty, which counts as NULL
    parts = _name_parts(joined)
    found = [like(part, one.value) for part in parts]
    truth = True if any(found) else (None if None in found else False)
    if one.inverse:
        return True if joined is None else negation(any(found))
    return truth


def _name_parts(joined: Row | None) -> list[Value]:
    if joined is None:
        return [None]
    last, first = joined["realname"], joined["firstname"]
    both = None if last is None or first is None else f"{last} {first}"
    return [last, first, joined["name"], both]


def _groups(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth | Unjudged:
    del row
    if one.value != "mygroups" or one.searchtype not in _BY_ID:
        return Unjudged.YET  # any other value is judged as usual
    mine = {link["groups_id"] for link in joins.indexed("Group_User", "users_id")[
        joins.context.session.users_id]}  # fmt: skip
    found = None if joined is None else joined["id"] in mine
    return negation(found) if one.inverse else found


def _status(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth | Unjudged:
    del joins, row
    known = _STATUSES[one.option.target]
    words = {"process": known["process"], "notold": known["notold"], "old": {_SOLVED, _CLOSED},
             "notclosed": known["all"] - {_CLOSED}}  # fmt: skip
    if one.value == "all":
        return True
    number = number_of(one.value)
    wanted = words.get(one.value) or ({int(number)} & known["all"] if number is not None else set())
    if not wanted:
        return Unjudged.YET  # no status of it: compared as usual
    found = None if joined is None else joined["status"] in wanted
    return negation(found) if one.negated else found


def _grade(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth | Unjudged:
    del joins, row
    number = number_of(one.value)
    if number is None or joined is None:
        return True
    value = int(joined[one.option.field] or 0)
    found = value == number if number > 0 else value >= abs(number)
    return not found if one.negated else found


def _approval(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth | Unjudged:
    del joins, row
    number = number_of(one.value)
    if one.value != "can" and number is None:
        return True
    wanted = _CAN if one.value == "can" else {int(number or 0)}
    found = None if joined is None else joined[one.option.field] in wanted
    return negation(found) if one.negated else found


def _linked_ticket(one: Criterion, joins: Joins, row: Row, joined: Row | None) -> Truth | Unjudged:
    del joins
    number = int(number_of(one.value) or 0)
    ends = (joined["tickets_id_1"], joined["tickets_id_2"]) if joined else ()
    found = number in ends and row["id"] != number
    return not found if one.inverse else found


_SPECIAL: dict[tuple[str, str], _Judge] = {
    ("User", "name"): _people,
    ("Group", "completename"): _groups,
    ("Ticket_Ticket", "tickets_id_1"): _linked_ticket,
    ("TicketValidation", "status"): _approval,
    ("ChangeValidation", "status"): _approval,
    **{(itemtype, "status"): _status for itemtype in _ITIL},
    **{(itemtype, "global_validation"): _approval for itemtype in _ITIL},
    **{(itemtype, grade): _grade for itemtype in _ITIL
       for grade in ("urgency", "impact", "priority")},
}  # fmt: skip


def judge_of(target: str, field: str) -> _Judge | None:
    """Give how a column of an item type is judged, if it is not as usual."""
    return _SPECIAL.get((target, field))
