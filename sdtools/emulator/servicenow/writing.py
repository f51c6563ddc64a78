"""Creating, changing and deleting records (FACTS 4.5 to 4.7)."""

from __future__ import annotations

import re

from sdtools.emulator.servicenow.access import may_read_row, may_write
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.draft import Draft
from sdtools.emulator.servicenow.effects import follow_up
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.servicenow.input import fields_of, given_of
from sdtools.emulator.servicenow.policies import check_policies
from sdtools.emulator.servicenow.reading import visible
from sdtools.emulator.servicenow.scripted_rules import aborted, name_person, run_scripted
from sdtools.emulator.servicenow.shaping import Shaper
from sdtools.emulator.servicenow.tables import TABLES, Table
from sdtools.emulator.servicenow.task_rules import apply_rules
from sdtools.emulator.servicenow.trail import new_id, trail_deletion, trail_write
from sdtools.emulator.servicenow.wire import Answer, plain, write_refused

__all__ = ["create", "delete", "save", "update"]

_OK = 200
_SILENT = "x-no-response-body"


def create(context: Context, table: str, call: Call) -> Answer:
    """Answer a POST: 201 with the record as the rules left it."""
    _require(context, table, "create", "Insert")
    fields = fields_of(call)
    given = given_of(context, TABLES[table], fields, call.parameters)
    record = {name: column.default for name, column in TABLES[table].columns.items()}
    # An unlisted choice is stored empty; its default does not come back (FACTS 10.1).
    record |= given.values
    sys_id = str(given.values.get("sys_id", ""))
    taken = not re.fullmatch(r"[0-9a-zA-Z]{32}", sys_id) or context.database.row(table, sys_id)
    record["sys_id"] = new_id() if taken else sys_id
    if "sys_class_name" in record:
        record["sys_class_name"] = table
    draft = Draft(
        table=TABLES[table],
        old=None,
        new=record,
        given=frozenset(given.values),
        journals=dict(given.journals),
    )
    save(draft, context)
    address = f"{context.base_url}/api/now/table/{table}/{record['sys_id']}"
    return _written(context, table, record["sys_id"], call, (201, {"Location": address}))


def update(context: Context, table: str, sys_id: str, call: Call) -> Answer:
    """Answer a PUT or a PATCH, which are the same: only the fields sent change."""
    row = visible(context, table, sys_id)
    own = _own_class(table, row.get("sys_class_name", ""))
    _require(context, own, "write", "Update")
    record = context.database.row(own, sys_id) or row
    # Through a parent table only the parent's columns can be written.
    given = given_of(context, TABLES[table], fields_of(call), call.parameters)
    values = {name: value for name, value in given.values.items() if name != "sys_id"}
    draft = Draft(
        table=TABLES[own],
        old=record,
        new={**record, **values},
        given=frozenset(values),
        journals=dict(given.journals),
    )
    save(draft, context)
    return _written(context, table, sys_id, call, (200, {}))


def delete(context: Context, table: str, sys_id: str) -> Answer:
    """Answer a DELETE: 204, and what was deleted leaves a trace."""
    row = visible(context, table, sys_id)
    own = _own_class(table, row.get("sys_class_name", ""))
    _require(context, own, "delete", "Delete")
    trail_deletion(own, context.database.row(own, sys_id) or row, context)
    context.database.delete(own, sys_id)
    return Answer(status=204)


def save(draft: Draft, context: Context) -> bool:
    """Run rules and policies and write; tell whether anything changed."""
    if draft.table.name == "cmn_schedule_span":
        rule = "Schedule Item validate"
        raise aborted(draft.table.name, rule, fixed_id("sys_script", rule))
    name_person(draft)
    apply_rules(draft, context)
    run_scripted(draft, context)
    check_policies(draft)
    if draft.old is not None and not draft.changes() and not draft.journals:
        return False
    _sign(draft, context)
    changes = draft.changes()
    if draft.old is None:
        context.database.load([(draft.table.name, draft.new)])
    else:
        context.database.update(draft.table.name, draft.new["sys_id"], changes)
    trail_write(draft, changes, context)
    follow_up(draft, context, save)
    return True


def _sign(draft: Draft, context: Context) -> None:
    now, by, new = context.now(), context.account.user_name, draft.new
    if draft.old is None:
        new.update(sys_created_on=now, sys_created_by=by)
        if draft.table.prefix and not new.get("number"):
            new["number"] = _next_number(draft.table, context)
    else:
        new["sys_mod_count"] = str(int(new.get("sys_mod_count") or 0) + 1)
    new.update(sys_updated_on=now, sys_updated_by=by)


def _next_number(table: Table, context: Context) -> str:
    where = "t.number >= ? AND t.number < ?"
    limits = (f"{table.prefix}0", f"{table.prefix}:")  # ":" follows "9"
    found = context.database.rows(table.name, where, limits, "ORDER BY t.number DESC LIMIT 1")
    digits = re.sub(r"\D", "", found[0]["number"]) if found else ""
    return f"{table.prefix}{max(int(digits or 0), 10_000) + 1:07}"


def _own_class(table: str, name: str) -> str:
    return name if name in TABLES else table


def _require(context: Context, table: str, operation: str, verb: str) -> None:
    if not may_write(context.account, table, operation):
        raise write_refused(verb)


def _written(
    context: Context, table: str, sys_id: str, call: Call, head: tuple[int, dict[str, str]]
) -> Answer:
    status, headers = head
    if call.headers.get(_SILENT, "").lower() == "true":
        silent = context.switches.silent_write_status if status == _OK else status
        return Answer(status=silent, headers=headers)
    row = context.database.row(table, sys_id)
    if row is None or not may_read_row(context.account, table, row):
        return plain({"result": {}}, status, headers)
    return plain({"result": Shaper(context, table, call.parameters).record(row)}, status, headers)
