"""Read what rules refer to: calendars, service levels, tiers, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sdtools.model.people import Calendar
from sdtools.plan import Limits
from sdtools.rules.book import AnyOf, Condition, Duration, NextTier, Place, SlaDefinition
from sdtools.rules.calendars import ROUND_THE_CLOCK_NAME
from sdtools.rules.durations import parse_duration
from sdtools.rules.facts import FACTS
from sdtools.rules.facts.basic import BASIC_FACTS
from sdtools.rules.parse_condition import parse_condition
from sdtools.rules.parse_lists import SideFiles
from sdtools.rules.reading import Path, Reader, listing
from sdtools.rules.shapes import (
    CalendarShape,
    DefaultsShape,
    LimitsShape,
    NextTierShape,
    SlaShape,
)
from sdtools.rules.shaping import shaped
from sdtools.worktime import calendar_from

__all__ = ["Tables", "parse_calendars", "parse_tables"]

_YEARS = range(2010, 2041)  # for which public holidays are worked out, history included


@dataclass(slots=True, kw_only=True)
class Tables:
    """What the files of a desk define besides rules; grows file by file."""

    calendars: dict[str, Calendar] = field(default_factory=dict)
    default_calendar: str = ""
    slas: list[SlaDefinition] | None = None
    slas_of_desk: bool = False
    tiers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    tier_places: dict[int, Place] = field(default_factory=dict)
    next_tier: list[NextTier] = field(default_factory=list)
    protect: list[Condition] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    limited: bool = False

    def protected(self) -> Condition | None:
        """Return what no rule touches: each file may add to it."""
        if len(self.protect) > 1:
            return AnyOf(parts=tuple(self.protect))
        return self.protect[0] if self.protect else None

    def reader(self, reader: Reader) -> Reader:
        """Return a reader that knows the default calendar."""
        calendar = self.calendars.get(self.default_calendar)
        zone = calendar.timezone if calendar else "UTC"
        return replace(reader, has_calendar=bool(self.default_calendar), timezone=zone)


def parse_calendars(
    data: dict[object, object], tables: Tables, files: SideFiles, reader: Reader
) -> None:
    """Add a file's calendars, and its default calendar."""
    for name, value in _mapping(data.get("calendars")):
        path: Path = ("calendars", name)
        if name in tables.calendars or name == ROUND_THE_CLOCK_NAME:
            reader.complain(
                path, "duplicate-name", f"calendar {name!r} is defined already", key=True
            )
            continue
        calendar = _calendar(name, value, path, files, reader.within(f"calendar {name}"))
        tables.calendars[name] = calendar
    defaults = data.get("defaults")
    shape = shaped(DefaultsShape, defaults, ("defaults",), reader) if defaults is not None else None
    if shape and shape.calendar:
        if tables.default_calendar and tables.default_calendar != shape.calendar:
            message = f"another file has the default calendar {tables.default_calendar!r}"
            reader.complain(("defaults", "calendar"), "duplicate-name", message)
        tables.default_calendar = shape.calendar


def _calendar(name: str, value: object, path: Path, files: SideFiles, reader: Reader) -> Calendar:
    nothing = Calendar(id=name, name=name, timezone="UTC", hours=())
    shape = shaped(CalendarShape, value, path, reader)
    if shape is None:
        return nothing
    dates: str | list[str] = list(shape.holidays)
    ics = None
    if len(shape.holidays) == 1:
        only = shape.holidays[0]
        dates = only if not only[:1].isdigit() else [only]
        if only.endswith(".ics"):
            ics, dates = files.text(only, (*path, "holidays"), reader), []
            if ics is None:
                return nothing
    try:
        return calendar_from(name, shape.timezone, shape.hours, dates, ics, _YEARS)
    except ValueError as error:
        reader.complain(path, "bad-calendar", str(error), key=True)
        return nothing


def parse_tables(data: dict[object, object], tables: Tables, reader: Reader) -> None:
    """Add a file's service levels, tiers, protection and limits; calendars are known by now."""
    _parse_slas(data.get("slas"), tables, reader)
    for number, groups in _mapping(data.get("tiers")):
        _parse_tier(number, groups, tables, reader)
    steps = data.get("next_tier")
    for index, value in enumerate(steps if isinstance(steps, list) else ()):
        _parse_next_tier(value, ("next_tier", index), tables, reader)
    if data.get("protect") is not None:
        condition = parse_condition(data["protect"], ("protect",), reader.within("protect"), FACTS)
        tables.protect.append(condition)
    _parse_limits(data.get("limits"), tables, reader)


def _parse_slas(value: object, tables: Tables, reader: Reader) -> None:
    if value is None:
        return
    if value == "desk":
        tables.slas_of_desk = True
    elif isinstance(value, list):
        tables.slas = tables.slas or []
        for index, one in enumerate(value):
            _parse_sla(one, ("slas", index), tables, reader)
    else:
        hint = "write desk, or a list of definitions"
        reader.complain(("slas",), "wrong-shape", "'slas' cannot be this", hint)
    if tables.slas_of_desk and tables.slas is not None:
        reader.complain(
            ("slas",), "bad-sla", "'slas' is both the desk's and defined here", key=True
        )


def _parse_sla(value: object, path: Path, tables: Tables, reader: Reader) -> None:
    values = value if isinstance(value, dict) else {}
    reader = reader.within(f"service level {values['id']}" if "id" in values else "a service level")
    shape = shaped(SlaShape, value, path, reader)
    if "when" not in values:
        return
    when = parse_condition(values["when"], (*path, "when"), reader, BASIC_FACTS)
    if shape is None:
        return
    if tables.slas and any(one.id == shape.id for one in tables.slas):
        reader.complain(
            (*path, "id"), "duplicate-id", f"service level {shape.id!r} is defined twice"
        )
    if not (shape.respond or shape.resolve):
        reader.complain(path, "empty-sla", "there is neither 'respond' nor 'resolve'")
    calendar = shape.calendar or tables.default_calendar or ROUND_THE_CLOCK_NAME
    if calendar != ROUND_THE_CLOCK_NAME and calendar not in tables.calendars:
        known = (*tables.calendars, ROUND_THE_CLOCK_NAME)
        reader.unknown((*path, "calendar"), "calendar", calendar, known)
    definition = SlaDefinition(
        id=shape.id,
        when=when,
        place=reader.place(path),
        calendar=calendar,
        respond=_target(shape.respond, (*path, "respond"), reader),
        resolve=_target(shape.resolve, (*path, "resolve"), reader),
        pause=shape.pause,
    )
    tables.slas = [*(tables.slas or ()), definition]


def _target(text: str, path: Path, reader: Reader) -> Duration | None:
    try:
        duration = parse_duration(text) if text else None
    except ValueError as error:
        reader.complain(path, "bad-duration", str(error))
        return None
    if duration and not any((duration.clock, duration.business_hours, duration.business_days)):
        reader.complain(path, "bad-duration", f"{text!r} leaves no time at all")
    return duration


def _parse_tier(number: str | int, groups: object, tables: Tables, reader: Reader) -> None:
    path: Path = ("tiers", number)
    names = tuple(str(one) for one in listing(groups) if one and not isinstance(one, dict | list))
    if not isinstance(number, int):
        reader.complain(path, "bad-tier", f"a tier is a number, not {number!r}", key=True)
    elif number in tables.tiers:
        reader.complain(path, "duplicate-name", f"tier {number} is defined twice", key=True)
    elif not names:
        reader.complain(path, "bad-tier", f"tier {number} has no groups")
    else:
        tables.tiers[number] = names
        tables.tier_places[number] = reader.place(path)


def _parse_next_tier(value: object, path: Path, tables: Tables, reader: Reader) -> None:
    reader = reader.within("next_tier")
    shape = shaped(NextTierShape, value, path, reader)
    if shape is None:
        return
    when = None
    if shape.when is not None:
        when = parse_condition(shape.when, (*path, "when"), reader, FACTS)
    place = reader.place(path)
    tables.next_tier.append(NextTier(origins=shape.origins, to=shape.to, place=place, when=when))


def _parse_limits(value: object, tables: Tables, reader: Reader) -> None:
    shape = shaped(LimitsShape, value, ("limits",), reader) if value is not None else None
    if shape is None:
        return
    if tables.limited:
        reader.complain(("limits",), "duplicate-name", "another file sets limits already", key=True)
    tables.limited = True
    tables.limits = Limits(
        known_percent=shape.known_percent,
        known_most=shape.known_most,
        known_least=shape.known_least,
        new_most=shape.new_most,
    )


def _mapping(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []
