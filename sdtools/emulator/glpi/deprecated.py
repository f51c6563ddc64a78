"""Item types of older GLPIs: their names still work, with the columns they had (FACTS 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sdtools.emulator.glpi.query import Parameters
from sdtools.emulator.glpi.wire import Answer

__all__ = ["current_of", "modernised", "renamed"]

_TYPED = ("itemtype", "items_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Old:
    """What became of an item type."""

    current: str
    parent: str  # the only item type it hung on
    key: str  # the column that pointed at it
    dropped: tuple[str, ...] = ()  # columns that it did not have


_OLD: Mapping[str, _Old] = {
    "TicketFollowup": _Old(current="ITILFollowup", parent="Ticket", key="tickets_id",
                           dropped=("sourceitems_id", "sourceof_items_id")),
    "Computer_SoftwareVersion": _Old(current="Item_SoftwareVersion", parent="Computer",
                                     key="computers_id"),
    "Computer_SoftwareLicense": _Old(current="Item_SoftwareLicense", parent="Computer",
                                     key="computers_id"),
}  # fmt: skip


def current_of(itemtype: str) -> str:
    """Give the present name of an item type."""
    old = _OLD.get(itemtype)
    return old.current if old else itemtype


def modernised(itemtype: str, parameters: Parameters, body: Any) -> tuple[Parameters, Any]:
    """Give a request's parameters and body in the terms of the present item type."""
    old = _OLD[itemtype]
    matching = parameters.get("searchText")
    texts = matching if isinstance(matching, dict) else {}
    found = {**parameters, "searchText": {**texts, "itemtype": f"^{old.parent}$"}}
    if not isinstance(body, dict) or "input" not in body:
        return found, body
    wanted = body["input"]
    items = wanted if isinstance(wanted, list) else [wanted]
    given = [_given(old, item) if isinstance(item, dict) else item for item in items]
    return found, {**body, "input": given if isinstance(wanted, list) else given[0]}


def _given(old: _Old, item: dict[str, Any]) -> dict[str, Any]:
    if old.key not in item:
        return item
    rest = {key: value for key, value in item.items() if key != old.key}
    return {**rest, "itemtype": old.parent, "items_id": item[old.key]}


def _row(old: _Old, row: Any) -> Any:
    if not isinstance(row, dict) or "items_id" not in row:
        return row
    gone = {*_TYPED, *old.dropped, "links"}
    kept = {key: value for key, value in row.items() if key not in gone}
    return kept | {old.key: row["items_id"], "links": row.get("links", [])}


def renamed(itemtype: str, answer: Answer) -> Answer:
    """Give an answer in the terms of the older item type."""
    old = _OLD[itemtype]
    headers = {name: value.replace(old.current, itemtype) for name, value in answer.headers.items()}
    if not answer.media.startswith("application/json"):
        return replace(answer, headers=headers)
    body = json.loads(answer.content)
    shown = [_row(old, row) for row in body] if isinstance(body, list) else _row(old, body)
    content = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(answer, headers=headers, content=content)
