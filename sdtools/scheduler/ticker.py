"""The ticker: the ``schedule`` package, beating on the clock that it is given.

The package itself reads the wall clock of the machine's zone, and loses an hour in the night in
which clocks go back; and a call that raises would leave the others waiting for ever. So here it
beats on UTC, and what it calls does not raise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from schedule import Job, Scheduler

__all__ = ["Ticker"]


class Ticker:
    """Calls every so often what it was given, in the order in which it was given."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Beat on ``now``, a clock of UTC."""
        self._now = now
        self._beats: list[_Beat] = []
        self._scheduler = Scheduler()

    def every(self, period: timedelta, call: Callable[[], None]) -> None:
        """Call at once, and then every ``period``; ``call`` must not raise."""
        beat = _Beat(period, self._scheduler, self._now)
        beat.do(call)
        self._beats.append(beat)

    def beat(self) -> None:
        """Call what is due."""
        self._scheduler.run_pending()

    def pause(self) -> float:
        """Return the seconds until the next call is due."""
        now = self._now()
        return max(min((beat.due - now).total_seconds() for beat in self._beats), 0.0)


class _Beat(Job):
    """A job of the package whose time is told by our clock alone."""

    def __init__(
        self, period: timedelta, scheduler: Scheduler, now: Callable[[], datetime]
    ) -> None:
        super().__init__(1, scheduler)
        self.unit = "seconds"  # the package wants one; `due` is what counts
        self._period = period
        self._now = now
        self.due = now()

    @property
    def should_run(self) -> bool:
        """Tell whether it is time; a clock that was set back must not stop the beat."""
        now = self._now()
        return now >= self.due or self.due - now > self._period

    def run(self) -> object:
        """Call, and wait a period from now: what took long is not made up for."""
        result: object = super().run()  # type: ignore[no-untyped-call]  # as the package has it
        self.due = self._now() + self._period
        return result
