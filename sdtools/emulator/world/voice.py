"""How the seeded world's people write: greeting, symptom, what they tried, signature, quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from random import Random

from sdtools.emulator.world.model import Person, Source
from sdtools.emulator.world.places import PRINTERS
from sdtools.emulator.world.texts import Scenario, Wording, wording
from sdtools.model.grades import Kind

__all__ = ["Report", "phrase", "report"]

_APPS = ("ERP", "CRM", "Intranet", "Webmail", "Planning")
_ROOMS = ("A101", "A207", "B014", "B204", "C310", "C112")
_HOURS = {"fr": ("9 h", "10 h 30", "14 h", "16 h"), "en": ("9 am", "10:30", "2 pm", "4 pm")}
_SIGNED = 0.6  # share of mails that carry a signature
_QUOTED = 0.2  # share of mails that answer another one
_RICH = 0.5  # share of mails and portal forms that come as HTML
_SHOUTED = 0.04  # share of titles that cry for help


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A ticket's text; ``markup`` is "" when it came as plain text."""

    title: str
    description: str
    markup: str


def phrase(rng: Random, person: Person, kind: str) -> str:
    """Return one of the things that people of this language say."""
    return rng.choice(wording(person.language).phrases[kind])


def report(
    rng: Random,
    scenario: Scenario,
    kind: Kind,
    person: Person,
    pc: str,
    source: Source,
    at: datetime,
) -> Report:
    """Return what a person writes about a scenario, as it arrives by this source."""
    words = wording(person.language)
    filled = _filled(rng, words, person.language, pc)
    title = _title(rng, scenario.title.format_map(filled))
    body = scenario.text.format_map(filled)
    if source is Source.phone:
        return Report(
            title=title, description=f"{person.first_name} {person.last_name}: {body}", markup=""
        )
    parts = [rng.choice(words.phrases["greetings"]), _story(rng, words, kind, body)]
    parts.append(rng.choice(words.phrases["closings"]))
    if source is Source.mail:
        parts += _mail_ends(rng, words, person, at)
    parts = [part for part in parts if part]
    rich = rng.random() < _RICH
    return Report(title=title, description="\n\n".join(parts), markup=_html(parts) if rich else "")


def _filled(rng: Random, words: Wording, language: str, pc: str) -> dict[str, str]:
    return {
        "minutes": str(rng.choice((5, 10, 15, 20, 30, 45))),
        "count": str(rng.randrange(2, 12)),
        "since": rng.choice(words.phrases["since"]),
        "day": rng.choice(words.phrases["days"]),
        "floor": rng.choice(words.phrases["floors"]),
        "hour": rng.choice(_HOURS[language]),
        "room": rng.choice(_ROOMS),
        "app": rng.choice(_APPS),
        "printer": rng.choice(PRINTERS),
        "pc": pc,
    }


def _title(rng: Random, title: str) -> str:
    if rng.random() < _SHOUTED:
        return f"URGENT !! {title}"
    return title


def _story(rng: Random, words: Wording, kind: Kind, body: str) -> str:
    wanted = ("tried", "impact") if kind is Kind.incident else ("reasons",)
    extra = (rng.choice(words.phrases[name]) for name in wanted)
    return " ".join(part for part in (body, *extra) if part)


def _mail_ends(rng: Random, words: Wording, person: Person, at: datetime) -> list[str]:
    ends: list[str] = []
    name = f"{person.first_name} {person.last_name}"
    if rng.random() < _SIGNED:
        form = words.phrases["signature"][0]
        ends.append("-- \n" + form.format(name=name, title=person.title, phone=person.phone))
    if rng.random() < _QUOTED:
        head = words.phrases["quote"][0].format(date=f"{at:%d/%m/%Y %H:%M}")
        ends.append(f"{head}\n> {rng.choice(words.phrases['quoted'])}")
    return ends


def _html(parts: list[str]) -> str:
    return "".join(f"<p>{_lines(part)}</p>" for part in parts)


def _lines(part: str) -> str:
    return escape(part, quote=False).replace("\n", "<br />")
