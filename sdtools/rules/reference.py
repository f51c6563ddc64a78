"""The tables of docs/rules.md, made from the facts themselves."""

from __future__ import annotations

from sdtools.rules.facts import FACTS
from sdtools.rules.operators import OPERATORS, operators_of
from sdtools.rules.values import Fact, FactType

__all__ = ["facts_table", "types_table"]

_COMPARED_WITH = {
    FactType.text: "a text",
    FactType.number: "a number",
    FactType.share: "a share: `75%`, `0.75`",
    FactType.flag: "`true`, `false`",
    FactType.grade: "a grade: `very_low low medium high very_high major`",
    FactType.choice: "one of its words",
    FactType.tree: "a full path (`Network > VPN`), or a last name that only one has",
    FactType.names: "names; `is` means exactly these, `in` any of them",
    FactType.ids: "ids; `is` means exactly these, `in` any of them",
    FactType.age: "a duration: `30m 4h 2d 1w`, in working time `4bh 5bd`",
    FactType.duration: "a duration: `30m 4h 2d 1w`",
    FactType.moment: "a date or time: `2026-11-16`, `2026-11-16T14:00`",
}


def facts_table() -> str:
    """Return every fact with its type and meaning, as a Markdown table."""
    rows = [f"| `{fact.name}` | {_kind(fact)} | {fact.doc} |" for fact in FACTS.values()]
    return "\n".join(["| fact | type | what it is |", "|---|---|---|", *rows])


def types_table() -> str:
    """Return every type with its operators, as a Markdown table."""
    rows = [f"| {kind.value} | {_COMPARED_WITH[kind]} | {_operators(kind)} |" for kind in OPERATORS]
    return "\n".join(["| type | compared with | operators |", "|---|---|---|", *rows])


def _kind(fact: Fact) -> str:
    words = " ".join(f"`{choice}`" for choice in map(str, fact.choices))
    return f"{fact.type.value}: {words}" if words else fact.type.value


def _operators(kind: FactType) -> str:
    names = " ".join(f"`{name}`" for name in OPERATORS[kind])
    more = set().union(*(operators_of(fact) for fact in FACTS.values() if fact.type is kind)) - set(
        OPERATORS[kind]
    )
    return f"{names}; groups also `{'` `'.join(sorted(more))}`" if more else names
