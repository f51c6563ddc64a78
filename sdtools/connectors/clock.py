"""Doctor's look at the clocks: is the desk's own time near to ours."""

from __future__ import annotations

from datetime import datetime, timedelta

from sdtools.connectors.desk import Check

__all__ = ["clock_check"]

_LIMIT = timedelta(minutes=2)


def clock_check(theirs: datetime | None, now: datetime, advice: str) -> Check:
    """Compare the desk's time with ours; ``advice`` is for clocks that are apart."""
    if theirs is None:
        return Check(name="clock", ok=True, found="the desk's server does not tell its time")
    apart = abs(theirs - now)
    close = apart <= _LIMIT
    found = f"{round(apart.total_seconds())} s apart"
    return Check(name="clock", ok=close, found=found, advice="" if close else advice)
