"""Who may do what, as declared data: by table, by row, by field (FACTS 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sdtools.emulator.servicenow.context import Account
from sdtools.emulator.servicenow.database import Row
from sdtools.emulator.servicenow.tables import TABLES

__all__ = ["RULES", "Rule", "may_read_field", "may_read_row", "may_write", "reads_table"]

_ANYONE = frozenset({"*"})
_ADMIN = frozenset[str]()  # the admin passes everywhere
_ITIL = frozenset({"itil"})
_IMPORT = frozenset({"import_transformer", "import_set_loader"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The roles that each operation on a table asks for."""

    read: frozenset[str] = _ADMIN
    create: frozenset[str] = _ADMIN
    write: frozenset[str] = _ADMIN
    delete: frozenset[str] = _ADMIN


def _process(name: str) -> Rule:
    write = _ITIL | {f"sn_{name}_write"}
    return Rule(read=write | {f"sn_{name}_read"}, create=write, write=write)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "task": Rule(read=_ITIL, write=_ITIL),
        "incident": _process("incident"),
        "problem": _process("problem"),
        "change_request": Rule(read=_ITIL | {"sn_change_read"}),
        "sc_request": Rule(read=_ITIL | {"sn_request_read", "sn_request_write"}, write=_ITIL),
        "sc_req_item": _process("request"),
        "sc_task": _process("request"),
        **dict.fromkeys(
            (
                "sys_user", "sys_user_group", "sys_user_grmember", "sys_user_role",
                "core_company", "cmn_department", "cmn_location", "sys_choice", "kb_category",
                "kb_knowledge_base", "sc_cat_item",
            ),
            Rule(read=_ANYONE),
        ),
        **dict.fromkeys(
            (
                "cmdb_ci", "contract_sla", "task_sla", "cmn_schedule", "cmn_schedule_span",
                "cmn_other_schedule", "sys_journal_field", "sys_db_object",
            ),
            Rule(read=_ITIL),
        ),
        **dict.fromkeys(
            ("imp_user", "sys_import_set"), Rule(read=_IMPORT, create=_IMPORT, write=_IMPORT)
        ),
        "sys_filter_option_dynamic": Rule(read=_ANYONE),
        "kb_knowledge": Rule(
            read=_ITIL | {"knowledge"}, create=frozenset({"knowledge"}),
            write=frozenset({"knowledge"}),
        ),
        "m2m_kb_task": Rule(read=_ITIL, create=_ITIL, write=_ITIL, delete=_ITIL),
        "sys_attachment": Rule(read=_ITIL, create=_ITIL, write=_ITIL, delete=_ITIL),
    }
)  # fmt: skip

# Rows that a person sees without a role: those that name them.
_OWN: Mapping[str, tuple[str, ...]] = {
    "incident": ("caller_id", "opened_by"),
    "sc_req_item": ("requested_for", "opened_by"),
    "sc_request": ("requested_for", "opened_by"),
    "sys_user_has_role": ("user",),
}
_CLOSED_API = frozenset({"sys_db_object"})  # refused as a whole below its role, not hidden
# Below admin only these fields of a table can be read, or named in a query.
_READABLE: Mapping[str, frozenset[str]] = {"sys_choice": frozenset({"sys_id", "label"})}
_ADMINS_ONLY: frozenset[tuple[str, str]] = frozenset({("sys_user", "user_password")})


def _rule(table: str) -> Rule:
    for name in TABLES[table].lineage:
        if name in RULES:
            return RULES[name]
    return Rule()


def reads_table(account: Account, table: str) -> bool:
    """Tell whether the API answers about a table at all; where not, it is a 403."""
    return table not in _CLOSED_API or account.has(_rule(table).read)


def may_read_row(account: Account, table: str, row: Row) -> bool:
    """Tell whether a record shows; a record of an extending table obeys its own class."""
    name = row.get("sys_class_name", table)
    name = name if name in TABLES else table
    if account.has(_rule(name).read):
        return True
    return account.sys_id in {row.get(column) for column in _OWN.get(name, ())}


def may_read_field(account: Account, table: str, column: str) -> bool:
    """Tell whether a field shows, and may be named in a query."""
    if (table, column) in _ADMINS_ONLY:
        return account.is_admin
    return account.is_admin or column in _READABLE.get(table, {column})


def may_write(account: Account, table: str, operation: str) -> bool:
    """Tell whether an account may ``create``, ``write`` or ``delete`` records of a table."""
    rule = _rule(table)
    roles = {"create": rule.create, "write": rule.write, "delete": rule.delete}
    return account.has(roles[operation])
