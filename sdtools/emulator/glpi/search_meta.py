"""Criteria on another item type than the searched one: how the two are joined."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sdtools.emulator.glpi.search_options import Option, Step, options_of

__all__ = ["meta_option"]

_ASSETS = ("Computer", "Monitor", "NetworkEquipment", "Peripheral", "Phone", "Printer", "Software")
_LINKS = {
    ("Ticket", "Problem"): "Problem_Ticket", ("Problem", "Ticket"): "Problem_Ticket",
    ("Ticket", "Change"): "Change_Ticket", ("Change", "Ticket"): "Change_Ticket",
    ("User", "Group"): "Group_User", ("Group", "User"): "Group_User",
    ("User", "Profile"): "Profile_User",
}  # fmt: skip


def _way(itemtype: str, other: str) -> tuple[Step, ...]:
    if itemtype == "Ticket" and other in _ASSETS:
        return (Step(itemtype="Item_Ticket"), Step(itemtype=other, column="items_id"))
    link = _LINKS.get((itemtype, other))
    return (Step(itemtype=link), Step(itemtype=other)) if link else ()


@cache
def meta_option(itemtype: str, other: str, number: int) -> Option | None:
    """Give an option of another item type as one of the searched; None if they are not joined."""
    option, way = options_of(other).get(number), _way(itemtype, other)
    if option is None or not way:
        return None
    marks = option.marks if option.grouped else option.marks + "g"
    return replace(option, itemtype=itemtype, steps=(*way, *option.steps), marks=marks + "f"
                   if not option.steps and "f" not in marks else marks)  # fmt: skip
