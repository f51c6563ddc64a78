"""Reading records: one, or a list by an encoded query or plain filters."""

from __future__ import annotations

from sdtools.emulator.servicenow.access import may_read_row, reads_table
from sdtools.emulator.servicenow.conditions import Condition, encoded_condition, plain_condition
from sdtools.emulator.servicenow.context import Call, Context
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.paging import page_of
from sdtools.emulator.servicenow.shaping import Shaper
from sdtools.emulator.servicenow.tables import TABLES
from sdtools.emulator.servicenow.wire import (
    Answer,
    forbidden,
    invalid_table,
    no_record,
    plain,
)

__all__ = ["condition_of", "known_table", "read_list", "read_one", "visible"]


def known_table(context: Context, name: str) -> str:
    """Give a table's name; raise the 400 for one that does not exist, the 403 for a closed one."""
    if name not in TABLES:
        raise invalid_table(name)
    if not reads_table(context.account, name):
        raise forbidden()
    return name


def visible(context: Context, table: str, sys_id: str) -> Row:
    """Give a record of the class it really has; raise the 404 if it does not show."""
    row = context.database.row(table, sys_id)
    if row is None or not may_read_row(context.account, table, row):
        row = _of_own_class(context, table, row)
    if row is None:
        raise no_record()
    return row


def _of_own_class(context: Context, table: str, row: Row | None) -> Row | None:
    """Look again with the columns of the record's class: they may name who may see it."""
    own = row.get("sys_class_name", table) if row else table
    if row is None or own == table or own not in TABLES:
        return None
    found = context.database.row(own, row["sys_id"])
    return row if found and may_read_row(context.account, own, found) else None


def condition_of(context: Context, table: str, call: Call) -> Condition:
    """Read a request's encoded query and its plain filters; both hold."""
    query = encoded_condition(call.parameters.get("sysparm_query", ""), table, context)
    filters = {
        name: value for name, value in call.parameters.items() if not name.startswith("sysparm_")
    }
    plainly = plain_condition(filters, table, context)
    return Condition(
        where=f"({query.where}) AND {plainly.where}",
        values=(*query.values, *plainly.values),
        order=query.order,
    )


def read_list(context: Context, table: str, call: Call) -> Answer:
    """Answer a list: cut to its page first, then without the rows that do not show."""
    page = page_of(call)
    found = condition_of(context, table, call)
    tail = f"{found.order} LIMIT {page.limit} OFFSET {page.offset}"
    rows = context.database.rows(table, found.where, found.values, tail)
    total = context.database.count(table, found.where, found.values)
    if call.version == "v1" and not rows:
        raise no_record()
    shaper = Shaper(context, table, call.parameters)
    shown = [shaper.record(row) for row in rows if may_read_row(context.account, table, row)]
    return plain({"result": shown}, headers=page.headers(call, context, total))


def read_one(context: Context, table: str, sys_id: str, call: Call) -> Answer:
    """Answer one record."""
    row = visible(context, table, sys_id)
    return plain({"result": Shaper(context, table, call.parameters).record(row)})
