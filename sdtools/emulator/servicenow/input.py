"""Reading what a client sent into stored values: unknown fields, bad choices, bad references."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sdtools.emulator.servicenow.context import Call, Context, flag
from sdtools.emulator.servicenow.tables import TABLES, Column, Table
from sdtools.emulator.servicenow.wire import UnsureError

__all__ = ["Given", "fields_of", "given_of"]

_SERVER_KEEPS = frozenset(
    {
        "sys_created_on", "sys_created_by", "sys_updated_on", "sys_updated_by", "sys_mod_count",
        "sys_class_name", "sys_tags", "user_password", "comments_and_work_notes",
    }
)  # fmt: skip
_SYS_ID = re.compile(r"[0-9a-zA-Z]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Stored values by column, and journal entries by column."""

    values: Mapping[str, str]
    journals: Mapping[str, str]


def fields_of(call: Call) -> Mapping[str, object]:
    """Read a JSON body; of several records the first counts (FACTS 1)."""
    media = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media not in {"", "application/json", "text/json", "*/*"}:
        raise UnsureError(415, "Unsupported media type", f"Content-Type {media} is not served here")
    try:
        found = json.loads(call.body or b"{}")
    except ValueError as error:
        raise UnsureError(400, "Exception while reading request", str(error)) from None
    if isinstance(found, list):
        found = found[0] if found else {}
    return found if isinstance(found, dict) else {}


def given_of(
    context: Context, table: Table, fields: Mapping[str, object], parameters: Mapping[str, str]
) -> Given:
    """Turn sent fields into stored values; what cannot be stored is dropped without a word."""
    display = flag(parameters, "sysparm_input_display_value")
    values, journals = {}, {}
    for name, raw in fields.items():
        column = table.columns.get(name)
        if column is None or name in _SERVER_KEEPS:
            continue
        text = _text(raw)
        if column.type == "journal":
            if text:
                journals[name] = text
        elif text or not column.choice or context.switches.empty_clears_choices:
            values[name] = _stored(context, table, column, text, display=display)
    return Given(values=values, journals=journals)


def _text(raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, dict):
        return _text(raw.get("value", raw.get("display_value")))
    return str(raw)


def _stored(context: Context, table: Table, column: Column, text: str, *, display: bool) -> str:
    if not text:
        return ""
    if column.choice:
        return _choice(context, table, column, text, display=display)
    if column.reference in TABLES:
        return _reference(context, column.reference, text)
    if column.type == "integer":
        return text if re.fullmatch(r"-?\d{1,18}", text) else ""
    if column.type == "boolean":
        return "true" if text.lower() in {"true", "1"} else "false"
    if column.type in {"glide_date_time", "due_date"}:
        return _moment(context, text, display=display)
    return text


def _choice(context: Context, table: Table, column: Column, text: str, *, display: bool) -> str:
    """Give a choice's value; "" for one that is not listed (FACTS 10.1)."""
    for name in table.lineage:
        where = "t.name = ? AND t.element = ? AND t.inactive <> 'true'"
        listed = context.database.rows("sys_choice", where, (name, column.name))
        if not listed:
            continue
        if display:
            for row in listed:
                if row["label"] == text:
                    return row["value"]
        known = text in {row["value"] for row in listed}
        allowed = context.property("glide.rest.choice.allow_non_existing_value") == "true"
        return text if known or allowed else ""
    return text


def _reference(context: Context, table: str, text: str) -> str:
    """Give the sys_id of a referenced record; "" or what was sent for one that is not there."""
    kept = text if context.switches.bad_reference_kept else ""
    if _SYS_ID.fullmatch(text):
        return text if context.database.row(table, text) else kept
    display = TABLES[table].display or "sys_id"
    names = [display, "user_name"] if table == "sys_user" else [display]
    where = " OR ".join(f't."{name}" = ?' for name in names)
    found = context.database.rows(table, where, [text] * len(names))
    return found[0]["sys_id"] if found else kept


def _moment(context: Context, text: str, *, display: bool) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if at.tzinfo is None:
        at = at.replace(tzinfo=context.account.zone if display else UTC)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
