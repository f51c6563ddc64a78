"""What is looked up before a write: ServiceNow takes values and ids that do not exist, silently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from sdtools.connectors.servicenow.answers import Row, is_id, text
from sdtools.connectors.servicenow.choices import Choices
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among, in_chunks

__all__ = ["Existing", "close_code", "hold_reason"]

Referred = Literal[
    "sys_user_group", "sys_user", "cmn_location", "problem", "incident", "kb_knowledge"
]

_ACTIVE = Among(field="active", values=("true",))
_ACTIVE_ONLY = frozenset({"sys_user_group", "sys_user"})
_WORD: Mapping[str, str] = {
    "sys_user_group": "active group",
    "sys_user": "active person",
    "cmn_location": "location",
    "problem": "problem",
    "incident": "incident",
    "kb_knowledge": "article",
}
# Codes of this and of older releases, the plainest first (FACTS 10.1).
_USUAL_CODES = ("Solution provided", "Solved (Permanently)")
_AWAITING_CALLER = "1"


class Existing:
    """Which records exist, as far as it was asked in this session."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._found: dict[str, set[str]] = {}
        self._closed: set[str] = set()  # tables that the account may not read

    def look(self, table: Referred, ids: Iterable[str]) -> None:
        """Ask for those that are not known yet."""
        known = self._found.setdefault(table, set())
        new = sorted({one for one in ids if is_id(one)} - known)
        for some in in_chunks(new, taken=400):
            rows = self._asked(table, Among(field="sys_id", values=tuple(some)))
            if rows is None:
                self._closed.add(table)
            known.update(text(row, "sys_id") for row in rows or ())

    def _asked(self, table: Referred, wanted: Among) -> list[Row] | None:
        """Read which of them exist; where ``active`` may not be asked for, that has to do."""
        plain = Listing(table=table, fields=(), among=(wanted,))
        if table not in _ACTIVE_ONLY:
            return self._reader.readable(plain)
        active = replace(plain, among=(wanted, _ACTIVE))
        found = self._reader.readable(active)
        return self._reader.readable(plain) if found is None else found

    def why_not(self, table: Referred, sys_id: str) -> str:
        """Say why a record cannot be referred to; "" when it can, or when nobody knows."""
        if is_id(sys_id) and (table in self._closed or sys_id in self._found.get(table, ())):
            return ""
        return f"the desk has no {_WORD[table]} {sys_id!r}"


def close_code(choices: Choices, wanted: str) -> str:
    """Return the value of a close code, by value or label; raise ValueError with the reason.

    The desk demands one, and each release and instance has its own (FACTS 10.1).
    """
    codes = choices.values("close_code")
    known = codes or choices.used.get("close_code", {})
    if not wanted:
        for usual in _USUAL_CODES:
            if usual in known:
                return usual
        raise ValueError(f"the desk demands a close code: write code:{_one_of(known)}")
    for value, label in known.items():
        if wanted.casefold() in (value.casefold(), label.casefold()):
            return value
    if codes is None:
        return wanted  # nobody tells whether there is such a code
    raise ValueError(f"the desk has no close code {wanted!r}: write code:{_one_of(known)}")


def _one_of(codes: Iterable[str]) -> str:
    names = ", ".join(codes)
    return f" one of {names}" if names else ""


def hold_reason(choices: Choices) -> str:
    """Return the reason to give for a wait: for the caller, or the first that the desk has."""
    reasons = choices.values("hold_reason")
    if reasons is None or _AWAITING_CALLER in reasons:
        return _AWAITING_CALLER
    return next(iter(reasons), "")
