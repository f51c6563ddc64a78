"""Read what a fact is compared with, and refuse what cannot be compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sdtools.model.grades import Grade
from sdtools.rules.durations import parse_duration
from sdtools.rules.patterns import pattern_fault
from sdtools.rules.reading import Reader
from sdtools.rules.values import Fact, FactType
from sdtools.rules.wording import did_you_mean, words_of

__all__ = ["WantedError", "parse_share", "read_wanted"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_BIGGEST_SHARE = 5  # 500 %; a bare 75 is a forgotten percent sign


class WantedError(Exception):
    """A value that a fact cannot be compared with."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def read_wanted(raw: object, fact: Fact, operator: str, reader: Reader) -> object:
    """Return one wanted value as the fact's type has it; raises WantedError."""
    if raw is None or isinstance(raw, dict | list):
        raise WantedError("bad-value", f"{fact.name!r} is compared with {_EXPECTED[fact.type]}")
    if operator == "matches":
        return _pattern(str(raw))
    if operator == "words" and not words_of(str(raw)):
        raise WantedError("bad-value", f"there is no word in {str(raw)!r}")
    return _READERS[fact.type](raw, fact, reader)


def parse_share(raw: object) -> float:
    """Read ``75%`` or 0.75; raises ValueError."""
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw <= _BIGGEST_SHARE:
        return float(raw)
    found = _PERCENT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise ValueError(f"{raw!r} is not a share; write 75% or 0.75")
    return float(found[1]) / 100


_EXPECTED = {
    FactType.text: "a text",
    FactType.number: "a number",
    FactType.share: "a share such as 75%",
    FactType.flag: "true or false",
    FactType.grade: "a grade such as high",
    FactType.choice: "one of its words",
    FactType.tree: "a name or full path",
    FactType.names: "a name",
    FactType.ids: "an id",
    FactType.age: "a duration such as 4h or 5bd",
    FactType.duration: "a duration such as 30m or 4h",
    FactType.moment: "a date such as 2026-11-16",
}


def _mismatch(raw: object, fact: Fact, hint: str = "") -> WantedError:
    message = f"{fact.name!r} is compared with {_EXPECTED[fact.type]}, not with {_shown(raw)}"
    return WantedError("bad-value", message, hint)


def _shown(raw: object) -> str:
    return str(raw).lower() if isinstance(raw, bool) else repr(raw)


def _pattern(pattern: str) -> str:
    fault = pattern_fault(pattern)
    if fault:
        raise WantedError("bad-pattern", f"{pattern!r} {fault}")
    return pattern


def _name(raw: object, fact: Fact, _reader: Reader) -> str:
    if isinstance(raw, bool):
        raise _mismatch(raw, fact, "to ask whether there is one, write {empty: false}")
    return str(raw)


def _number(raw: object, fact: Fact, _reader: Reader) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise _mismatch(raw, fact)
    return raw


def _share(raw: object, fact: Fact, _reader: Reader) -> float:
    try:
        return parse_share(raw)
    except ValueError:
        hint = f"did you mean {raw}%?" if isinstance(raw, int) and not isinstance(raw, bool) else ""
        raise _mismatch(raw, fact, hint) from None


def _flag(raw: object, fact: Fact, _reader: Reader) -> bool:
    if not isinstance(raw, bool):
        raise _mismatch(raw, fact)
    return raw


def _grade(raw: object, _fact: Fact, _reader: Reader) -> Grade:
    if raw not in Grade.__members__:
        names = list(Grade.__members__)
        hint = did_you_mean(str(raw), names) or f"known: {', '.join(names)}"
        raise WantedError("unknown-grade", f"unknown grade {str(raw)!r}", hint)
    return Grade[str(raw)]


def _choice(raw: object, fact: Fact, _reader: Reader) -> str:
    if raw not in fact.choices:
        hint = did_you_mean(str(raw), fact.choices) or f"known: {', '.join(fact.choices)}"
        raise WantedError(f"unknown-{fact.name}", f"unknown {fact.name} {str(raw)!r}", hint)
    return str(raw)


def _age(raw: object, fact: Fact, reader: Reader) -> object:
    try:
        duration = parse_duration(str(raw))
    except ValueError as error:
        raise WantedError("bad-duration", str(error)) from None
    if duration.clock is None and not reader.has_calendar:
        hint = "write defaults: {calendar: ...}, or calendar: in the rule"
        raise WantedError("no-calendar", f"{raw!r} needs a calendar", hint)
    if duration.clock is None and fact.type is FactType.duration:
        hint = "write it as 4h"
        message = f"{fact.name!r} is counted already: {raw!r} cannot count it in a calendar again"
        raise WantedError("bad-duration", message, hint)
    return duration


def _moment(raw: object, fact: Fact, reader: Reader) -> datetime:
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        raise _mismatch(raw, fact) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(reader.timezone))


_READERS: Mapping[FactType, Callable[[object, Fact, Reader], object]] = {
    FactType.text: _name,
    FactType.number: _number,
    FactType.share: _share,
    FactType.flag: _flag,
    FactType.grade: _grade,
    FactType.choice: _choice,
    FactType.tree: _name,
    FactType.names: _name,
    FactType.ids: _name,
    FactType.age: _age,
    FactType.duration: _age,
    FactType.moment: _moment,
}
