"""Tickets, comments and ties made of rows: each field of its own column, whatever the types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.connectors.glpi import ties as ties_made
from sdtools.connectors.glpi.answers import Row, identity, integer, string
from sdtools.connectors.glpi.reference import Reference, Sla
from sdtools.connectors.glpi.tables import TABLES, Table
from sdtools.connectors.glpi.tickets import TicketMaker
from sdtools.connectors.glpi.ties import Tie, Ties, target_of
from sdtools.connectors.glpi.zone import Origin, Zone
from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.ticket import Ticket

MAKER = TicketMaker(
    zone=Zone(tz=UTC, origin=Origin.configured), front="https://desk.example.org/glpi"
)
NO_TIES = Ties(by_table={}, unknown=frozenset())
REFERENCE = Reference(
    sources={"5": "Phone"},
    slas={"6": Sla(name="Answer", calendar="8"), "7": Sla(name="Solve", calendar=None)},
    entity_calendars={"2": "9"},
    unknown=frozenset({"source"}),
)
TEXTS: dict[str, object] = {
    "name": "R&#38;D",
    "content": "&#60;p&#62;one&#60;/p&#62;&#60;p&#62;two&#60;/p&#62;",
    "date": "2026-11-01 08:00:01",
    "date_mod": "2026-11-01 08:00:02",
    "date_creation": "2026-11-01 08:00:03",
    "solvedate": "2026-11-01 08:00:04",
    "closedate": "2026-11-01 08:00:05",
    "takeintoaccountdate": "2026-11-01 08:00:06",
    "time_to_own": "2026-11-01 08:00:07",
    "time_to_resolve": "2026-11-01 08:00:08",
    "begin_waiting_date": "2026-11-01 08:00:09",
}
NUMBERS = {
    "id": 1,
    "entities_id": 2,
    "itilcategories_id": 3,
    "locations_id": 4,
    "requesttypes_id": 5,
    "slas_id_tto": 6,
    "slas_id_ttr": 7,
    "users_id_lastupdater": 11,
    "status": 4,
    "type": 2,
    "urgency": 1,
    "impact": 2,
    "priority": 6,
    "global_validation": 3,
    "is_deleted": 1,
    "waiting_duration": 60,
    "sla_waiting_duration": 120,
}
TIES = {
    "Ticket_User": [("1", "23"), ("1", "22"), ("2", "24"), ("3", "25"), ("1", "23")],
    "Group_Ticket": [("1", "31"), ("2", "32")],
    "Item_Ticket": [("Phone", "41"), ("Computer", "42")],
    "Problem_Ticket": [("", "51")],
    "KnowbaseItem_Item": [("", "52")],
    "Ticket_Ticket": [("", "53")],
    "TicketSatisfaction": [("", "4")],
    "TicketValidation": [("2", "26"), ("3", "27")],
    "Document_Item": [("", "54")],
}


def second(number: int) -> datetime:
    return datetime(2026, 11, 1, 8, 0, number, tzinfo=UTC)


def test_every_field_of_a_ticket_comes_from_its_own_column_and_table() -> None:
    ties = Ties(
        by_table={
            name: {1: [Tie(id="", role=role, target=target) for role, target in ends]}
            for name, ends in TIES.items()
        },
        unknown=frozenset({"items"}),
    )
    assert MAKER.ticket({**TEXTS, **NUMBERS}, ties, REFERENCE) == Ticket(
        id="1",
        number="1",
        url="https://desk.example.org/glpi/front/ticket.form.php?id=1",
        kind=Kind.request,
        title="R&D",
        description="one\ntwo",
        status=Status.pending,
        urgency=Grade.very_low,
        impact=Grade.low,
        priority=Grade.major,
        opened=second(1),
        updated=second(2),
        category_id="3",
        location_id="4",
        entity_id="2",
        source="Phone",
        requesters=("22", "23"),
        requester_groups=("31",),
        observers=("25",),
        assignees=("24",),
        groups=("32",),
        items=("Computer/42", "Phone/41"),
        problems=("51",),
        articles=("52",),
        parent="53",
        solved=second(4),
        closed=second(5),
        responded=second(6),
        pending_since=second(9),
        waiting=timedelta(seconds=120),
        respond_due=second(7),
        resolve_due=second(8),
        sla_respond="Answer",
        sla_resolve="Solve",
        sla_calendar="9",
        updated_by="11",
        satisfaction=4,
        validation="accepted",
        approvers=("26",),
        documents=("54",),
        deleted=True,
        unknown=frozenset({"items", "source"}),
    )


@pytest.mark.parametrize("targets", [("9",), ("9", "8"), ("9", "8", "9", "7")])
def test_the_ids_of_a_field_are_sorted_and_named_once(targets: tuple[str, ...]) -> None:
    people = {1: [Tie(id="", role="1", target=target) for target in targets]}
    ties = Ties(by_table={"Ticket_User": people}, unknown=frozenset())
    made = MAKER.ticket({**TEXTS, **NUMBERS}, ties, REFERENCE)
    assert made.requesters == tuple(sorted(set(targets)))


def test_a_ticket_of_its_row_alone_has_nothing_from_elsewhere() -> None:
    row = {**TEXTS, **NUMBERS}
    bare = Reference(sources={}, slas={})
    assert MAKER.alone(row) == MAKER.ticket(row, NO_TIES, bare)


SMALL = st.fixed_dictionaries({name: st.integers(-1, 8) for name in NUMBERS})


@given(SMALL, st.sampled_from(sorted(NUMBERS)))
def test_a_number_that_comes_as_a_text_makes_the_same_ticket(
    numbers: dict[str, int], name: str
) -> None:
    row = {**TEXTS, **numbers}
    as_text = row | {name: str(numbers[name])}
    assert made_of(as_text) == made_of(row)


@given(SMALL, st.sampled_from(sorted(NUMBERS)), st.sampled_from([None, 1.0, "x", [], {}]))
def test_what_is_no_number_and_what_is_missing_counts_as_none(
    numbers: dict[str, int], name: str, odd: object
) -> None:
    row = {**TEXTS, **numbers}
    missing = {key: value for key, value in row.items() if key != name}
    assert made_of(row | {name: odd}) == made_of(missing) == made_of(row | {name: 0})


@pytest.mark.parametrize("column", ["urgency", "impact", "priority"])
def test_only_a_priority_can_be_major(column: str) -> None:
    made = made_of({**TEXTS, **NUMBERS, "priority": 3, column: 6})
    known = column == "priority"
    assert getattr(made, column) is (Grade.major if known else Grade.medium)
    assert (column in made.unknown) is not known


def made_of(row: Row) -> Ticket:
    return MAKER.ticket(row, NO_TIES, REFERENCE)


ODD = st.sampled_from([None, 0, 1, 2, 3, True, 1.0, "1", "2", "x", "User", "Ticket", "Computer"])


@st.composite
def linked(draw: st.DrawFn) -> tuple[Table, list[Row]]:
    """A link table with some rows, few of which are odd."""
    table = draw(st.sampled_from(TABLES))
    usual: dict[str, st.SearchStrategy[object]] = {
        "id": st.integers(1, 9) | ODD,
        table.ticket: st.integers(1, 2) | ODD,
        table.target: st.integers(0, 3) | ODD,
        "itemtype_target": ODD,
        "items_id_target": ODD,
    }
    if table.role:
        usual[table.role] = st.integers(1, 3) | ODD
    usual |= {name: st.just(value) for name, value in table.where.items()}
    plain = st.fixed_dictionaries(usual)
    odd = st.fixed_dictionaries({}, optional=usual | dict.fromkeys(table.where, ODD))
    return table, draw(st.lists(plain | plain | odd, max_size=8))


@settings(max_examples=300)
@given(linked())
def test_each_row_of_a_table_ties_its_ticket_once(found: tuple[Table, list[Row]]) -> None:
    table, rows = found
    wanted: dict[int, list[Tie]] = {}
    for row in rows:
        right = all(str(row.get(name)) == value for name, value in table.where.items())
        target, role = target_of(table, row), string(row, table.role) or identity(row, table.role)
        tie = Tie(id=identity(row, "id"), role=role, target=target)
        if right and target and tie not in wanted.setdefault(integer(row, table.ticket), []):
            wanted[integer(row, table.ticket)].append(tie)
    assert ties_made._ties(table, rows) == {at: ties for at, ties in wanted.items() if ties}
    nameless = {
        at: tuple(dict.fromkeys(tie._replace(id="") for tie in ties))
        for at, ties in wanted.items()
        if ties
    }
    assert ties_made._shared_ties(table, rows) == nameless
