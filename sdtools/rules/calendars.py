"""The calendar that a rule counts in."""

from __future__ import annotations

from sdtools.model.people import Calendar
from sdtools.rules.book import RuleBook
from sdtools.rules.identity import once_per_object
from sdtools.rules.subject import Subject
from sdtools.worktime import AROUND_THE_CLOCK, WorkTime

__all__ = ["ROUND_THE_CLOCK_NAME", "rule_worktime", "timezone_of", "worktime_for", "worktime_in"]

ROUND_THE_CLOCK_NAME = "24x7"


def worktime_for(book: RuleBook, name: str) -> WorkTime:
    """Return the working time of a calendar of the book; "" is its default, or 24x7."""
    calendar = book.calendars.get(name or book.default_calendar)
    return AROUND_THE_CLOCK if calendar is None else worktime_in(calendar)


def rule_worktime(subject: Subject) -> WorkTime:
    """Return the working time that the rule counts in."""
    return worktime_for(subject.book, subject.calendar)


def timezone_of(book: RuleBook, name: str) -> str:
    """Return the time zone of a calendar of the book; "" is its default, or 24x7 in UTC."""
    calendar = book.calendars.get(name or book.default_calendar)
    return "UTC" if calendar is None else calendar.timezone


@once_per_object(64)
def worktime_in(calendar: Calendar) -> WorkTime:
    """Return the working time of a calendar: worked out once, around the moments asked for."""
    return WorkTime(calendar)
