"""Business rules that are rows: what an administrator declared to abort a write (FACTS 3.2)."""

from __future__ import annotations

from dataclasses import replace

from sdtools.emulator.servicenow.conditions import holds
from sdtools.emulator.servicenow.context import Context
from sdtools.emulator.servicenow.draft import Draft
from sdtools.emulator.servicenow.wire import ApiError

__all__ = ["aborted", "name_person", "run_scripted"]


def name_person(draft: Draft) -> None:
    """Put a person's name together from its parts."""
    parts = {"first_name", "last_name"}
    if draft.table.name == "sys_user" and "name" not in draft.given and parts & draft.given:
        named = draft.new["first_name"], draft.new["last_name"]
        draft.new["name"] = " ".join(filter(None, named))


def run_scripted(draft: Draft, context: Context) -> None:
    """Raise the 403 of the first active before-rule that aborts a write.

    Only what a rule declares counts: its table, its operation, its filter. Scripts do not run.
    """
    if draft.table.name == "sys_script":
        return
    action = "action_insert" if draft.old is None else "action_update"
    names = draft.table.lineage
    where = (
        "t.active = 'true' AND t.\"when\" = 'before' AND t.abort_action = 'true' "
        f"AND t.{action} = 'true' AND t.collection IN ({', '.join('?' * len(names))})"
    )
    system = replace(context, account=replace(context.account, roles=frozenset({"admin"})))
    for rule in context.database.rows("sys_script", where, names, 'ORDER BY t."order"'):
        if holds(rule["filter_condition"], draft.table.name, draft.new, system):
            raise aborted(draft.table.name, rule["name"], rule["sys_id"])


def aborted(table: str, rule: str, sys_id: str) -> ApiError:
    """Give the 403 of a rule that aborts."""
    detail = (
        f"Operation against file '{table}' was aborted by Business Rule '{rule}^{sys_id}'. "
        f"Business Rule Stack:{rule}"
    )
    return ApiError(403, "Operation Failed", detail)
