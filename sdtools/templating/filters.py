"""Filters for templates: numbers, dates and durations as people of a language write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

if TYPE_CHECKING:  # babel is loaded where something is written with it: most passes write nothing
    from babel import Locale

__all__ = [
    "FILTERS",
    "NOTHING",
    "day_text",
    "duration_text",
    "number_text",
    "one_line",
    "percent_text",
    "signed_text",
]

NOTHING = "–"  # where there is no value
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}  # British English: a date is never read month first
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, direction marks, separators
_FORMULA = ("=", "+", "-", "@")
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def one_line(text: str) -> str:
    """Make hostile text harmless in a header or a heading: no line breaks, no hidden marks."""
    visible = (" " if unicodedata.category(sign) in _HIDDEN else sign for sign in text)
    return " ".join("".join(visible).split())


def cell(text: str) -> str:
    """Make hostile text harmless in a table that somebody pastes into a spreadsheet."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def link(url: str) -> str:
    """Keep the address of a web page; anything else (``javascript:``) leads nowhere."""
    return url if url.startswith(("https://", "http://")) else "#"


def short(text: str, length: int = 80) -> str:
    """Cut a text that is too long for its place."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def number_text(value: float | None, language: str, digits: int = 0) -> str:
    """Write a number; an en dash where there is none."""
    if value is None:
        return NOTHING
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=_locale(language)))


def signed_text(value: float | None, language: str, digits: int = 0) -> str:
    """Write a change: ``+3``, ``−2``, ``±0``."""
    if value is None:
        return NOTHING
    text = number_text(abs(value), language, digits)
    return ("+" if value > 0 else "−" if value < 0 else "±") + text


def percent_text(value: float | None, language: str, digits: int = 0) -> str:
    """Write a share of 1 in percent, as the language spaces it."""
    if value is None:
        return NOTHING
    from babel.numbers import format_percent

    pattern = format_percent(0, locale=_locale(language))
    return pattern.replace("0", number_text(value * 100, language, digits))


def duration_text(value: timedelta | float | None, language: str) -> str:
    """Write a duration (or seconds) in its two biggest units: ``2 d 4 h``."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    rest = round(abs(seconds) / 60) * 60
    parts: list[str] = []
    for unit, size in _UNITS:
        amount, rest = divmod(rest, size)
        if amount or (unit == "minute" and not parts):
            parts.append(_amount(int(amount), unit, language))
        elif parts:
            break  # no "2 d 5 min": nobody reads minutes behind days
    sign = "−" if seconds <= -30 else ""  # noqa: PLR2004 - what rounds to a minute
    return sign + " ".join(parts[:2])


def day_text(value: date, language: str) -> str:
    """Write a day of a week: ``Mon 9``."""
    from babel.dates import format_date

    return format_date(value, format="EEE d", locale=_locale(language))


@cache
def _amount(amount: int, unit: str, language: str) -> str:
    from babel.units import format_unit

    length: Literal["short", "narrow"] = "narrow" if language == "en" else "short"  # 2h, 2 h
    return str(format_unit(amount, f"duration-{unit}", length, locale=_locale(language)))


@cache
def _locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES["en"])


def _language(context: Context) -> str:
    return str(context["language"])


def _moment(context: Context, value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(str(context["timezone"])))


@pass_context
def _number(context: Context, value: float | None, digits: int = 0) -> str:
    return number_text(value, _language(context), digits)


@pass_context
def _signed(context: Context, value: float | None, digits: int = 0) -> str:
    return signed_text(value, _language(context), digits)


@pass_context
def _percent(context: Context, value: float | None, digits: int = 0) -> str:
    return percent_text(value, _language(context), digits)


@pass_context
def _date(context: Context, value: date | None, form: str = "medium") -> str:
    if value is None:
        return NOTHING
    from babel.dates import format_date

    day = _moment(context, value).date() if isinstance(value, datetime) else value
    return format_date(day, format=form, locale=_locale(_language(context)))


@pass_context
def _weekday(context: Context, value: date) -> str:
    return day_text(value, _language(context))


@pass_context
def _time(context: Context, value: datetime | None) -> str:
    if value is None:
        return NOTHING
    from babel.dates import format_time

    moment = _moment(context, value).time()
    return format_time(moment, format="short", locale=_locale(_language(context)))


@pass_context
def _datetime(context: Context, value: datetime | None) -> str:
    if value is None:
        return NOTHING
    from babel.dates import format_datetime

    moment = _moment(context, value).replace(tzinfo=None)
    return format_datetime(moment, format="d MMM y HH:mm", locale=_locale(_language(context)))


@pass_context
def _duration(context: Context, value: timedelta | float | None) -> str:
    return duration_text(value, _language(context))


FILTERS: Mapping[str, Callable[..., object]] = {
    "cell": cell,
    "date": _date,
    "datetime": _datetime,
    "duration": _duration,
    "line": one_line,
    "link": link,
    "number": _number,
    "percent": _percent,
    "short": short,
    "signed": _signed,
    "time": _time,
    "weekday": _weekday,
}
