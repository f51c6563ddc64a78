"""Consequences predicted are consequences seen: every effect on both desks, over the wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semantics_wire import Seen, Wire, glpi_wire, outline, servicenow_wire

from sdtools.model.effects import Assign
from sdtools.model.grades import Status

_WIRES: dict[str, Callable[[], AbstractContextManager[Wire]]] = {
    "glpi": glpi_wire,
    "servicenow": servicenow_wire,
}
_STEPS = st.lists(st.integers(0, 999), min_size=2, max_size=4)


@pytest.fixture(scope="module", params=list(_WIRES))
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    with _WIRES[request.param]() as opened:
        yield opened


def _cannot_be_told(seen: Seen) -> bool:
    """Tell whether it is work in progress that loses its person.

    A requested item in state 2 stays assigned, one in state 1 becomes new; a ticket says of both
    that they are assigned (DESIGN 1), and the foresight is that of the common one.
    """
    shape, effect = seen.shape, seen.effect
    in_hands = (shape.table, shape.state) == ("sc_req_item", 2) and bool(shape.people)
    return (
        in_hands
        and isinstance(effect, Assign)
        and {**seen.found, "status": Status.new} == seen.foreseen
    )


def test_every_effect_on_every_shape_of_ticket_does_what_was_foreseen(
    wire: Wire, record_property: Callable[[str, object], None]
) -> None:
    tried = wire.tried(list(product(wire.shapes, wire.effects)))
    wrong = [one for one in tried if one.foreseen != one.found and not _cannot_be_told(one)]
    assert [(str(one.shape), one.effect, _differing(one)) for one in wrong] == []
    moved = Counter(one.effect.kind for one in tried if one.foreseen != outline(one.before))
    assert set(moved) == {"set", "assign", "link", "unlink", "hold", "solve"}
    assert min(moved.values()) > 10
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(moved.items()))
    told = f"{wire.desk.kind:10} foreseen = seen {len(tried):6}; with something to do: {kinds}"
    record_property("law", told)


def _differing(one: Seen) -> dict[str, tuple[object, object]]:
    return {
        name: (one.foreseen[name], found)
        for name, found in one.found.items()
        if one.foreseen[name] != found
    }


def test_one_effect_after_another_does_what_was_foreseen(
    wire: Wire, asked: settings, record_property: Callable[[str, object], None]
) -> None:
    counted: Counter[str] = Counter()
    shapes = [one for one in wire.shapes if (one.table, one.state) != ("sc_req_item", 2)]

    @settings(asked, max_examples=min(asked.max_examples // 8, 100))
    @given(start=st.sampled_from(shapes), steps=_STEPS)
    def one_by_one(start: object, steps: list[int]) -> None:
        (key,) = wire.add([start])  # type: ignore[list-item]  # a Shape
        for step in steps:
            effect = wire.effects[step % len(wire.effects)]
            ((before, foreseen, found),) = wire.done([(key, effect)])
            assert found == foreseen, effect
            counted["tried"] += foreseen != outline(before)

    one_by_one()
    assert counted["tried"] > 10
    record_property("law", f"{wire.desk.kind:10} one after another {counted['tried']:6}")
