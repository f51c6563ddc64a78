"""Quiet hours: when a recipient is left in peace, and what is urgent enough to break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from sdtools.model.grades import Grade
from sdtools.model.message import Message
from sdtools.model.people import Calendar
from sdtools.worktime import WorkTime, calendar_from

__all__ = ["QuietHours", "quiet_calendar", "quiet_until"]

_ALL = "all"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEXT = dict(zip(_DAYS, (*_DAYS[1:], _DAYS[0]), strict=True))
_LONGEST = timedelta(days=14)  # who is quiet for longer than that has left


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Quiet hours of a group of recipients; ``calendar`` is open while it is quiet."""

    to: tuple[str, ...]  # addresses, "@example.org" for all of a domain, or "all"
    calendar: Calendar
    bypass: str  # the lowest priority that is sent all the same; "" for none

    def concerns(self, message: Message) -> bool:
        """Tell whether a message waits for this quiet to end; it has one time for everybody."""
        urgent = self.bypass and message.priority and Grade[message.priority] >= Grade[self.bypass]
        return not urgent and any(self._names(address) for address in message.to)

    def _names(self, address: str) -> bool:
        plain = parseaddr(address)[1].casefold()
        return any(
            one == _ALL or (plain.endswith(one) if one.startswith("@") else plain == one)
            for one in (written.casefold() for written in self.to)
        )


def quiet_until(quiet: Sequence[QuietHours], message: Message, now: datetime) -> datetime | None:
    """Return when a message may be sent, None when it may be sent now."""
    works = [WorkTime(one.calendar) for one in quiet if one.concerns(message)]
    at, latest = now, now + _LONGEST
    while at < latest and (ends := [end for work in works if (end := work.closes(at))]):
        at = max(ends)
    return None if at == now else min(at, latest)


def quiet_calendar(hours: str, days: str, timezone: str) -> Calendar:
    """Return the calendar of ``hours: "20:00-07:00"`` on the days on whose evening they begin.

    Raises ValueError.
    """
    begin, _, end = hours.replace(" ", "").partition("-")
    names = days.replace(" ", "").lower()
    openings = {names: hours.replace(" ", "")}
    if end.zfill(5) < begin.zfill(5):
        openings = {names: f"{begin}-24:00"}
        following = "-".join(_NEXT.get(day, day) for day in names.split("-"))
        if end.strip("0:"):
            openings[following] = f"00:00-{end}"
    calendar = calendar_from("quiet hours", timezone, openings, None, None, range(0))
    if WorkTime(calendar).elapsed(_MONDAY, _MONDAY + _WEEK) == _WEEK:
        raise ValueError("these quiet hours never end")
    return calendar


_MONDAY = datetime.fromisoformat("2026-01-05T00:00:00+00:00")
_WEEK = timedelta(days=7)
