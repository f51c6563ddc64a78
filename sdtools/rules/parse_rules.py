"""Read the rules of one file's sections."""

from __future__ import annotations

from dataclasses import replace

from sdtools.rules.book import Action, Condition, Duration, Repeat, Rule, Step
from sdtools.rules.calendars import ROUND_THE_CLOCK_NAME
from sdtools.rules.durations import parse_duration
from sdtools.rules.facts import FACTS
from sdtools.rules.parse_actions import parse_actions
from sdtools.rules.parse_condition import parse_condition
from sdtools.rules.parse_tables import Tables
from sdtools.rules.reading import Path, Reader
from sdtools.rules.shapes import RepeatShape, RuleShape, StepShape
from sdtools.rules.shaping import shaped
from sdtools.rules.wanted import parse_share

__all__ = ["parse_rule"]


def parse_rule(
    data: object, path: Path, section: str, tables: Tables, reader: Reader
) -> Rule | None:
    """Read one rule; None when it is no rule at all, every mistake noted."""
    if not isinstance(data, dict):
        shaped(RuleShape, data, path, reader.within(section))
        return None
    name = data.get("id")
    reader = reader.within(f"rule {name}" if name else f"a rule of {section}")
    return _parsed(data, path, section, tables, reader)


def _parsed(
    values: dict[object, object], path: Path, section: str, tables: Tables, reader: Reader
) -> Rule | None:
    shape = shaped(RuleShape, values, path, reader)
    reader = _counting(reader, values, path, tables)
    when: Condition | None = None
    then: tuple[Action, ...] = ()
    if "when" in values:
        when = parse_condition(values["when"], (*path, "when"), reader, FACTS)
    if "then" in values:
        then = parse_actions(values["then"], (*path, "then"), "then", reader)
    steps = _steps(values.get("steps"), (*path, "steps"), reader)
    repeat = _repeat(values.get("repeat"), (*path, "repeat"), reader)
    _check_sense(values, path, reader)
    if shape is None or when is None:
        return None
    return Rule(
        id=shape.id,
        section=section,
        place=reader.place(path),
        when=when,
        then=then,
        clock=shape.clock,
        steps=steps,
        why=shape.why,
        owner=shape.owner,
        observe=shape.mode == "observe",
        enabled=shape.enabled,
        limit=shape.limit,
        stop=shape.stop,
        insist=shape.insist,
        repeat=repeat,
        was=shape.was,
        calendar=shape.calendar,
    )


def _counting(reader: Reader, values: dict[object, object], path: Path, tables: Tables) -> Reader:
    """Return a reader that knows the calendar of the rule."""
    name = values.get("calendar")
    if not isinstance(name, str) or not name:
        return reader
    if name == ROUND_THE_CLOCK_NAME:
        return replace(reader, has_calendar=True, timezone="UTC")
    calendar = tables.calendars.get(name)
    if calendar is None:
        known = (*tables.calendars, ROUND_THE_CLOCK_NAME)
        reader.unknown((*path, "calendar"), "calendar", name, known)
        return replace(reader, has_calendar=True)
    return replace(reader, has_calendar=True, timezone=calendar.timezone)


def _steps(data: object, path: Path, reader: Reader) -> tuple[Step, ...]:
    steps: list[Step] = []
    for index, item in enumerate(data if isinstance(data, list) else ()):
        place = (*path, index)
        shape = shaped(StepShape, item, place, reader)
        if shape is None:
            continue
        try:
            share = parse_share(shape.at)
        except ValueError as error:
            reader.complain((*place, "at"), "bad-value", str(error))
            share = 0.0
        then = parse_actions(shape.then, (*place, "then"), f"steps.{share * 100:.4g}%", reader)
        steps.append(Step(at=share, text=reader.written((*place, "at"), shape.at), then=then))
    for (index, one), after in zip(enumerate(steps), steps[1:], strict=False):
        if after.at <= one.at:
            message = f"step {after.text} comes after {one.text}"
            hint = "write the steps in rising order"
            reader.complain((*path, index + 1, "at"), "step-order", message, hint)
    return tuple(steps)


def _repeat(data: object, path: Path, reader: Reader) -> Repeat | None:
    shape = shaped(RepeatShape, data, path, reader) if data is not None else None
    if shape is None:
        return None
    every = parse_time(shape.every, (*path, "every"), reader)
    return Repeat(every=every, max=shape.max) if every else None


def parse_time(text: str, path: Path, reader: Reader) -> Duration | None:
    """Read a duration that stands alone; one in business time wants a calendar."""
    try:
        duration = parse_duration(text)
    except ValueError as error:
        reader.complain(path, "bad-duration", str(error))
        return None
    if duration.clock is None and not reader.has_calendar:
        hint = "write defaults: {calendar: ...}, or calendar: in the rule"
        reader.complain(path, "no-calendar", f"{text!r} needs a calendar", hint)
    return duration


def _check_sense(values: dict[object, object], path: Path, reader: Reader) -> None:
    if "then" not in values and not values.get("steps"):
        reader.complain(path, "empty-then", "there is nothing to do: neither 'then' nor 'steps'")
    if values.get("clock") and not values.get("steps"):
        reader.complain(
            (*path, "clock"), "clock-without-steps", "'clock' without 'steps'", key=True
        )
    if values.get("steps") and not values.get("clock"):
        hint = "write clock: sla.resolve, or clock: sla.respond"
        reader.complain(
            (*path, "steps"), "steps-without-clock", "'steps' without 'clock'", hint, key=True
        )
