"""Both embedded desks with tickets of every shape: what they make of an effect, over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product

from sdtools.apply.batch import write
from sdtools.connectors.desk import Desk
from sdtools.connectors.glpi.desk import glpi_desk
from sdtools.connectors.servicenow.desk import servicenow_desk
from sdtools.connectors.servicenow.options import Basic
from sdtools.emulator.clock import Clock
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.desk import serve_glpi
from sdtools.emulator.servicenow.database import ServiceNowDatabase
from sdtools.emulator.servicenow.desk import serve_servicenow
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.model.effects import Assign, Effect, Hold, Link, SetField, Solve, Unlink
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.plan import Change

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
_THEN = "2026-11-10 08:00:00"
_GRADES = ("very_low", "low", "medium", "high", "very_high", "major")

# All that the consequences promise to foresee.
FORESEEN = (
    *("status", "kind", "urgency", "impact", "priority", "category_id", "location_id"),
    *("groups", "assignees", "articles", "problems", "parent"),
)
Row = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a ticket is before: the desk's own state number, who has it, and what it is tied to."""

    table: str
    state: int
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    linked: bool = False
    grades: tuple[int, int, int] = (3, 3, 3)  # urgency, impact, priority

    def __str__(self) -> str:
        who = f"{len(self.groups)}g{len(self.people)}p{'+links' if self.linked else ''}"
        return f"{self.table}-{self.state}-{who}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An effect on a ticket: as it was, as it was foreseen, and as the desk then held it."""

    shape: Shape
    effect: Effect
    before: Ticket
    foreseen: Mapping[str, object]
    found: Mapping[str, object]


@dataclass(slots=True, kw_only=True)
class Wire:
    """One embedded desk, our desk at it, and the words that it understands."""

    desk: Desk
    load: Callable[[Iterator[Row]], object]
    rows: Callable[[str, Shape], Iterator[Row]]
    shapes: tuple[Shape, ...]
    effects: tuple[Effect, ...]
    made: int = field(default=1000)

    def add(self, shapes: Sequence[Shape]) -> list[str]:
        """Put a ticket of each shape on the desk; return their ids."""
        ids = [self._id() for _ in shapes]
        made = zip(ids, shapes, strict=True)
        self.load(row for id, shape in made for row in self.rows(id, shape))
        return ids

    def _id(self) -> str:
        self.made += 1
        return str(self.made) if self.desk.kind == "glpi" else fixed_id("task", str(self.made))

    def tried(self, pairs: Sequence[tuple[Shape, Effect]]) -> list[Seen]:
        """Do each effect on a ticket of its own, all of them together as apply does."""
        ids = self.add([shape for shape, _ in pairs])
        seen = self.done([(id, effect) for id, (_, effect) in zip(ids, pairs, strict=True)])
        return [
            Seen(shape=shape, effect=effect, before=before, foreseen=foreseen, found=found)
            for (shape, effect), (before, foreseen, found) in zip(pairs, seen, strict=True)
        ]

    def done(
        self, wanted: Sequence[tuple[str, Effect]]
    ) -> list[tuple[Ticket, Mapping[str, object], Mapping[str, object]]]:
        """Foresee, write and read back; one effect for each ticket."""
        ids = [id for id, _ in wanted]
        before = self.desk.read(ids)
        foreseen = [
            self.desk.consequences.after(before[id], effect, Directory()) for id, effect in wanted
        ]
        sent = write(self.desk, [_change(id, effect) for id, effect in wanted], lambda: True)
        assert sent.error is None
        after = self.desk.read(ids)
        return [
            (before[id], outline(ahead), outline(after[id]))
            for id, ahead in zip(ids, foreseen, strict=True)
        ]


def outline(ticket: Ticket) -> Mapping[str, object]:
    """Return what the consequences promise to foresee."""
    return {name: getattr(ticket, name) for name in FORESEEN}


def _change(ticket: str, effect: Effect) -> Change:
    return Change(
        key=f"{ticket}-{effect.kind}",
        ticket=ticket,
        number=ticket,
        title="",
        rule="r",
        section="routing",
        action=f"then.{effect.kind}",
        episode=1,
        effect=effect,
        field=effect.kind,
        before="",
        after="",
    )


def _graded(scale: Sequence[str]) -> Iterator[Effect]:
    for name, value in product(("urgency", "impact"), scale):
        yield SetField(field=name, value=value)  # type: ignore[arg-type]  # both are fields


def _common(groups: Sequence[str], people: Sequence[str], ties: Mapping[str, str]) -> list[Effect]:
    """Give what both desks may be asked to do; the last of each list is not on the tickets yet."""
    one, other = groups
    ann, bob = people
    effects: list[Effect] = [
        *(SetField(field="priority", value=value) for value in ("low", "major")),
        *(SetField(field="kind", value=value) for value in ("incident", "request")),
        *(SetField(field="status", value=value) for value in ("new", "assigned")),
        SetField(field="category", value=ties["category"]),
        SetField(field="location", value=ties["location"]),
        *(Assign(groups=(key,)) for key in groups),
        *(Assign(people=(key,)) for key in people),
        *(Assign(groups=(key,), people=()) for key in groups),
        Assign(groups=(one,), people=(ann,)),
        Assign(groups=(other,), people=(bob,)),
        Assign(groups=(one, other)),
        Assign(groups=(one, other), people=(ann, bob)),
        Assign(people=(ann, bob)),
        Assign(groups=()),
        Assign(people=()),
        Assign(groups=(), people=()),
        Hold(reason="Waiting for parts"),
    ]
    for name in ("article", "problem", "parent"):
        for key in (ties[name], ties[f"other {name}"]):
            effects += [Link(target=name, id=key), Unlink(target=name, id=key)]
    return effects


_GLPI_TIES = {
    "category": "2",
    "location": "1",
    "article": "1",
    "other article": "2",
    "problem": "1",
    "other problem": "2",
    "parent": "500",
    "other parent": "501",
}


def _glpi_directory() -> Iterator[Row]:
    below: dict[str, object] = {"entities_id": 0, "is_recursive": 1}
    for number in (7, 8):
        yield "User", {"id": number, "name": f"user{number}", "is_active": 1}
    for number in (1, 2):
        name = f"N{number}"
        yield "Group", {"id": number, "name": name, "completename": name, "is_assign": 1} | below
        yield "ITILCategory", {"id": number, "name": name, "completename": name} | below
        yield "Problem", {"id": number, "name": name, "status": 2} | below
        yield "KnowbaseItem", {"id": number, "name": name, "answer": "Restart"}
        yield "Entity_KnowbaseItem", {"id": number, "knowbaseitems_id": number} | below
    yield "Location", {"id": 1, "name": "Paris", "completename": "Paris"} | below
    for number in (500, 501):
        yield from _glpi_rows(str(number), Shape(table="Ticket", state=1))


def _glpi_rows(id: str, shape: Shape) -> Iterator[Row]:
    number = int(id)
    urgency, impact, priority = shape.grades
    yield (
        "Ticket",
        {
            "id": number,
            "name": f"Ticket {id}",
            "content": "It is broken",
            **dict.fromkeys(("date", "date_mod", "date_creation"), _THEN),
            "solvedate": _THEN if shape.state > 4 else None,
            "status": shape.state,
            "type": 1 if shape.linked else 2,
            "entities_id": 0,
            "urgency": urgency,
            "impact": impact,
            "priority": priority,
        },
    )
    ties: list[Row] = []
    for key in shape.groups:
        ties.append(("Group_Ticket", {"tickets_id": number, "groups_id": int(key), "type": 2}))
    for key in shape.people:
        ties.append(("Ticket_User", {"tickets_id": number, "users_id": int(key), "type": 2}))
    if shape.linked:
        article = {"knowbaseitems_id": 1, "itemtype": "Ticket", "items_id": number}
        ties.append(("Problem_Ticket", {"problems_id": 1, "tickets_id": number}))
        ties.append(("KnowbaseItem_Item", article))
        ties.append(
            ("Ticket_Ticket", {"tickets_id_1": number, "tickets_id_2": 500, "link": 3}),
        )
    for place, (table, row) in enumerate(ties):
        yield table, {"id": number * 10 + place, **row}


_WHO: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    *(((), ()), (("1",), ()), ((), ("7",)), (("1",), ("7",)), (("1", "2"), ("7", "8"))),
)


def _glpi_shapes() -> Iterator[Shape]:
    ways = ((False, (3, 3, 3)), (True, (5, 2, 6)))
    for (row, state), (column, who) in product(enumerate((1, 2, 3, 4, 5)), enumerate(_WHO)):
        linked, grades = ways[(row + column) % 2]
        yield Shape(
            table="Ticket", state=state, groups=who[0], people=who[1], linked=linked, grades=grades
        )


@contextmanager
def glpi_wire() -> Iterator[Wire]:
    """Serve a GLPI with all that the effects name."""
    database = GlpiDatabase()
    database.load(_glpi_directory())
    with (
        serve_glpi(database, Clock(NOW)) as served,
        glpi_desk(
            "glpi",
            url=served.url,
            app_token=served.app_token,
            user_token=served.user_token,
            wait=lambda _: None,
        ) as desk,
    ):
        yield Wire(
            desk=desk,
            load=database.load,
            rows=_glpi_rows,
            shapes=tuple(_glpi_shapes()),
            effects=(
                *_graded(_GRADES[:-1]),
                *_common(("1", "2"), ("7", "8"), _GLPI_TIES),
                Solve(text="Restarted"),
            ),
        )


_SNOW_WHO = {name: fixed_id("who", name) for name in ("1", "2", "7", "8")}
_SNOW_TIES = {
    "category": "network/vpn",
    **{
        name: fixed_id("tie", name)
        for name in ("location", "article", "other article", "problem", "other problem")
    },
    **{name: fixed_id("task", name) for name in ("parent", "other parent")},
}


def _snow(table: str, id: str, /, **columns: object) -> Row:
    stamps = dict.fromkeys(("sys_created_on", "sys_updated_on", "opened_at"), _THEN)
    return table, {"sys_id": id, **stamps, **columns}


def _snow_directory() -> Iterator[Row]:
    ties = _SNOW_TIES
    for key in ("1", "2"):
        yield _snow("sys_user_group", _SNOW_WHO[key], name=f"N{key}")
    for key in ("7", "8"):
        yield _snow("sys_user", _SNOW_WHO[key], user_name=f"user{key}", name=f"User {key}")
    yield _snow("cmn_location", ties["location"], name="Paris", full_name="Paris")
    for element, value, depends in (("category", "network", ""), ("subcategory", "vpn", "network")):
        listed = {"element": element, "value": value, "dependent_value": depends}
        yield _snow("sys_choice", fixed_id(value), name="incident", label=value, **listed)
    for name in ("problem", "other problem"):
        yield _snow("problem", ties[name], number=name, short_description=name, state=103)
    for name in ("article", "other article"):
        yield _snow("kb_knowledge", ties[name], number=name, workflow_state="published")
    for name in ("parent", "other parent"):
        yield from _snow_rows(ties[name], Shape(table="incident", state=1, grades=(2, 2, 3)))


def _snow_rows(id: str, shape: Shape) -> Iterator[Row]:
    urgency, impact, priority = shape.grades
    incident = shape.table == "incident"
    tied = shape.linked and incident
    yield _snow(
        shape.table,
        id,
        number=f"T{id[:6]}",
        short_description="It is broken",
        state=str(shape.state),
        hold_reason="1" if incident and shape.state == 3 else "",
        urgency=str(urgency),
        impact=str(impact),
        priority=str(priority),
        assignment_group=_SNOW_WHO[shape.groups[0]] if shape.groups else "",
        assigned_to=_SNOW_WHO[shape.people[0]] if shape.people else "",
        resolved_at=_THEN if incident and shape.state == 6 else "",
        **({"close_code": "Duplicate", "close_notes": "x"} if shape.state == 6 else {}),
        **({"problem_id": _SNOW_TIES["problem"], "parent_incident": _SNOW_TIES["parent"]})
        if tied
        else {},
    )
    if shape.linked:
        tie = {"task": id, "kb_knowledge": _SNOW_TIES["article"]}
        yield _snow("m2m_kb_task", fixed_id("m2m", id), **tie)


def _snow_shapes() -> Iterator[Shape]:
    states = (*(("incident", state) for state in (1, 2, 3, 6)), ("sc_req_item", 1))
    ways = ((False, (2, 2, 3)), (True, (1, 3, 5)))
    all_states = (*states, ("sc_req_item", 2), ("sc_req_item", -5))
    for (row, (table, state)), (column, who) in product(enumerate(all_states), enumerate(_WHO[:4])):
        linked, grades = ways[(row + column) % 2]
        yield Shape(
            table=table, state=state, groups=who[0], people=who[1], linked=linked, grades=grades
        )


@contextmanager
def servicenow_wire() -> Iterator[Wire]:
    """Serve a ServiceNow with all that the effects name."""
    database = ServiceNowDatabase()
    database.load(_snow_directory())
    groups, people = (_SNOW_WHO["1"], _SNOW_WHO["2"]), (_SNOW_WHO["7"], _SNOW_WHO["8"])
    with serve_servicenow(database, Clock(NOW)) as served:
        login = Basic(user=served.user, password=served.password)
        with servicenow_desk(
            "snow", url=served.url, credentials=login, wait=lambda _: None
        ) as desk:
            yield Wire(
                desk=desk,
                load=database.load,
                rows=_snow_rows,
                shapes=tuple(_snow_shapes()),
                effects=(
                    *_graded(_GRADES),
                    *_common(groups, people, _SNOW_TIES),
                    Solve(text="Restarted", code="Duplicate"),
                ),
            )
    database.close()
