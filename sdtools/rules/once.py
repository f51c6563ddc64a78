"""Actions that happen once an episode, and again where the rule says ``repeat``."""

from __future__ import annotations

from sdtools.model.memory import RuleMemory
from sdtools.rules.book import Repeat
from sdtools.rules.calendars import worktime_for
from sdtools.rules.durations import passed, wanted_time
from sdtools.rules.subject import Subject
from sdtools.rules.values import Since

__all__ = ["turn"]


def turn(path: str, memory: RuleMemory, repeat: Repeat | None, subject: Subject) -> int:
    """Return which time this would be: 1 for the first, 0 when it is not due (again)."""
    done = next((fired for fired in memory.fired if fired.action == path), None)
    if done is None:
        return 1
    if repeat is None or done.times >= repeat.max:
        return 0
    since = Since(begin=done.at, end=subject.now)
    so_far = passed(since, repeat.every, worktime_for(subject.book, subject.calendar))
    return done.times + 1 if so_far >= wanted_time(repeat.every) else 0
