"""Choice lists: categories as a tree, and which values a field takes.

sys_choice is the list itself, but below admin its values do not show (FACTS 3.3). Then the pairs
that tickets really have, with their labels, must do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from sdtools.connectors.servicenow.answers import Row, number, text
from sdtools.connectors.servicenow.fields import category_id
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import one_of
from sdtools.model.people import Node

__all__ = ["Choices", "read_categories", "read_choices"]

_ELEMENTS = ("category", "subcategory", "close_code", "hold_reason")
_FIELDS = ("name", "element", "value", "label", "dependent_value", "language", "sequence")
_WHERE = f"{one_of('name', ('incident', 'task'))}^{one_of('element', _ELEMENTS)}^inactive=false"
_SEPARATOR = " > "


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The values of fields in the desk's order, with labels; without a field: not readable.

    ``used`` holds those that incidents have, where the lists are not readable.
    """

    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    used: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    subcategories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by category

    def values(self, element: str) -> Mapping[str, str] | None:
        """Return the labels by value; None when nobody tells."""
        return self.lists.get(element)

    def has_category(self, value: str) -> bool | None:
        """Tell whether tickets can have this category (by the id of its node), if known."""
        if "category" not in self.lists:
            return None
        return value in {node.id for node in _nodes(self.lists["category"], self.subcategories)}


def read_choices(reader: Reader, language: str) -> Choices:
    """Read the choice lists; empty ones when the account may not read values."""
    rows = reader.readable(Listing(table="sys_choice", fields=_FIELDS, where=_WHERE)) or []
    usable = [row for row in rows if text(row, "value") and text(row, "element")]
    lists: defaultdict[str, dict[str, str]] = defaultdict(dict)
    below: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in sorted(usable, key=lambda row: _rank(row, language)):
        element, value = text(row, "element"), text(row, "value")
        label = text(row, "label") or value
        lists[element].setdefault(value, label)
        if element == "subcategory" and text(row, "dependent_value"):
            below[text(row, "dependent_value")].setdefault(value, label)
    used = {} if "close_code" in lists else {"close_code": _close_codes(reader)}
    return Choices(lists=lists, subcategories=below, used=used)


def read_categories(reader: Reader, choices: Choices) -> Mapping[str, Node]:
    """Read categories and subcategories as a tree: the listed ones and those in use."""
    heads = dict(choices.lists.get("category", {}))
    below = {head: dict(subs) for head, subs in choices.subcategories.items()}
    for row in _in_use(reader):
        head, head_label = row["category"]
        sub, sub_label = row["subcategory"]
        heads.setdefault(head, head_label or head)
        if sub:
            below.setdefault(head, {}).setdefault(sub, sub_label or sub)
    return {node.id: node for node in _nodes(heads, below)}


def _rank(row: Row, language: str) -> tuple[bool, bool, int, str]:
    """Order the rows of a list: the account's language first, then English, then the desk's."""
    spoken = text(row, "language")
    place = number(row, "sequence") or 0
    return spoken != language, spoken != "en", place, text(row, "label")


def _nodes(heads: Mapping[str, str], below: Mapping[str, Mapping[str, str]]) -> Iterator[Node]:
    for head, label in heads.items():
        yield Node(id=category_id(head), name=label, path=label, entity_id="global")
        for value, sub in below.get(head, {}).items():
            yield Node(
                id=category_id(head, value),
                name=sub,
                path=f"{label}{_SEPARATOR}{sub}",
                entity_id="global",
            )


def _in_use(reader: Reader) -> Iterable[Mapping[str, tuple[str, str]]]:
    """Return the pairs that incidents have: value and label of both."""
    for group in _groups(reader, "categoryISNOTEMPTY", "category", "subcategory"):
        if group["category"][0]:
            yield group


def _close_codes(reader: Reader) -> Mapping[str, str]:
    groups = _groups(reader, "close_codeISNOTEMPTY", "close_code")
    found = (group["close_code"] for group in groups)
    return {value: label or value for value, label in found if value}


def _groups(reader: Reader, where: str, *fields: str) -> Iterator[Mapping[str, tuple[str, str]]]:
    """Group incidents by the Aggregate API; nothing when it is closed to us."""
    answer = reader.session.get(
        "/api/now/stats/incident",
        {
            "sysparm_query": where,
            "sysparm_count": "true",
            "sysparm_group_by": ",".join(fields),
            "sysparm_display_value": "all",
        },
    )
    if answer.status >= HTTPStatus.BAD_REQUEST or not isinstance(answer.result, list):
        return
    for group in answer.result:
        said = group.get("groupby_fields") if isinstance(group, dict) else None
        found = dict.fromkeys(fields, ("", ""))
        for one in said if isinstance(said, list) else ():
            found[text(one, "field")] = (text(one, "value"), text(one, "display_value"))
        yield found
