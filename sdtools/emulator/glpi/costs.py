"""What requests cost on a real GLPI: fitted to the timings of one on two cores (FACTS 13)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

from sdtools.emulator.costs import Costs, Line, Price
from sdtools.emulator.exchange import Answered, Asked
from sdtools.emulator.glpi.tables import TABLES

__all__ = ["GLPI_COSTS"]

_ACTORS = {"4", "5", "8", "22", "65", "66", "71"}  # search options that join people or groups
_WIDE = {"Ticket", "Problem", "Change", "User", "KnowbaseItem"}  # a KiB a row; others are narrow

# Milliseconds. Fitted: a list of 1,000 tickets 52 measured, 51.9 here; 20,000 tickets 824 and 823;
# 15,000 ties 105 and 105; a search of 1,000 rows with 12 columns 2,337 and 2,329; PUT of 50
# items 829 and 859; 50 followups 438 and 439; 50 tickets 311 and 311.
_PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "small": Price(call=13.2),
        "initSession": Price(call=24.0),
        "listSearchOptions": Price(call=24.0),
        "getGlpiConfig": Price(call=18.0),
        "item": Price(call=13.8),
        "list": Price(call=23.4, row=0.0285, later=0.0406),
        "list of narrow rows": Price(call=23.4, row=0.013, later=0.0049),
        "sub-items": Price(call=14.7, row=0.04),
        "getMultipleItems": Price(call=13.2, row=0.33),
        "links of a row": Price(row=0.028),
        "expand_dropdowns": Price(row=1.75),
        "search": Price(call=164.0, row=0.065),
        "searched column": Price(row=0.01),
        "further actor column": Price(row=0.99),
        "PUT": Price(call=39.0, row=16.4),
        "POST ITILFollowup": Price(call=11.8, row=8.5),
        "POST Ticket": Price(call=19.0, row=5.83),
        "POST": Price(call=12.0, row=8.9),
        "DELETE": Price(call=12.0, row=8.9),  # not measured: taken as a POST
    }
)


_REFUSED = 400
_FIXED = {"initSession", "listSearchOptions", "getGlpiConfig"}
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_ITEM, _SUB_ITEMS = 2, 3  # path lengths: Ticket/1, Ticket/1/Log


def _bill(asked: Asked, answer: Answered) -> Iterator[Line]:
    """Say what a request is made of; a refusal costs what any small request does."""
    parts = asked.path.strip("/").split("/")[1:]
    name = parts[0] if parts and answer.status < _REFUSED else ""
    if name in _FIXED:
        yield name, 0
    elif name == "search":
        yield from _search(asked, answer)
    elif name == "getMultipleItems":
        yield name, asked.query.count("itemtype")
    elif name not in TABLES:
        yield "small", 0
    elif asked.method in _WRITES:
        yield _write(asked, parts)
    else:
        yield from _read(asked, answer, parts)


def _rows(answer: Answered, page: object = None) -> int:
    """Count the rows of a list by its Content-Range; 0 if it is empty."""
    start, _, rest = str(page or answer.headers.get("Content-Range", "")).partition("-")
    end, _, total = rest.partition("/")
    return min(int(end) + 1, int(total)) - int(start) if total else 0


def _search(asked: Asked, answer: Answered) -> Iterator[Line]:
    rows = _rows(answer, json.loads(answer.content or "{}").get("content-range"))
    named = [value for name, value in parse_qsl(asked.query) if name.startswith("forcedisplay")]
    actors = sum(one in _ACTORS for one in named)
    yield "search", rows
    yield "searched column", rows * len(named)
    yield "further actor column", rows * max(actors - 1, 0)  # one join is cheap, they multiply


def _write(asked: Asked, parts: list[str]) -> Line:
    try:
        body = json.loads(asked.body or b"{}")
    except ValueError:  # a form with files
        body = {}
    wanted = body.get("input") if isinstance(body, dict) else None
    count = len(wanted) if isinstance(wanted, list) else 1
    if asked.method == "POST":
        named = f"POST {parts[-1]}"
        return (named if named in _PRICES else "POST"), count
    return ("DELETE" if asked.method == "DELETE" else "PUT"), count


def _read(asked: Asked, answer: Answered, parts: list[str]) -> Iterator[Line]:
    flags = dict(parse_qsl(asked.query))
    if len(parts) == _ITEM:
        rows = 1
        yield "item", rows
    else:
        rows = _rows(answer)
        wide = "list" if parts[0] in _WIDE else "list of narrow rows"
        yield ("sub-items" if len(parts) == _SUB_ITEMS else wide), rows
    if flags.get("expand_dropdowns") in {"true", "1"}:
        yield "expand_dropdowns", rows
    if flags.get("get_hateoas") not in {"false", "0"}:
        yield "links of a row", rows


GLPI_COSTS = Costs(
    prices=_PRICES,
    bill=_bill,
    cores=2,
    source="GLPI 10.0.12 on two cores that it shared with its client",
)
