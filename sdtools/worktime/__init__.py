"""Working time: what a calendar counts between two moments, and when so much of it has passed."""

from sdtools.worktime.calendars import calendar_from
from sdtools.worktime.clock import AROUND_THE_CLOCK, WorkTime, worktime_of

__all__ = ["AROUND_THE_CLOCK", "WorkTime", "calendar_from", "worktime_of"]
