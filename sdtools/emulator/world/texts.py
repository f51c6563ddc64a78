"""The wording of the seeded world, read from ``texts/*.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from pydantic import TypeAdapter

__all__ = ["Guide", "Knowledge", "Known", "Scenario", "Wording", "knowledge", "wording"]

_FOLDER = "sdtools.emulator.world"


class Scenario(NamedTuple):
    """One thing that happens to requesters; words in braces are filled in."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How people of one language are called, and how they write."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    titles: tuple[str, ...]
    phrases: dict[str, tuple[str, ...]]
    solutions: dict[str, tuple[str, ...]]  # by first part of the category, and "Requests"
    incidents: dict[str, tuple[Scenario, ...]]  # by category
    requests: dict[str, tuple[Scenario, ...]]  # by category


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A known error, and how people of each language report it."""

    key: str
    form: str  # "article" or "problem"
    language: str
    category: str
    codes: tuple[str, ...]
    title: str
    symptom: str
    workaround: str
    reports: dict[str, tuple[Scenario, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """An article that describes no error."""

    title: str
    category: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the seeded desk knows."""

    known_errors: tuple[Known, ...]
    guides: tuple[Guide, ...]


@cache
def wording(language: str) -> Wording:
    """Return the wording of "fr" or "en"."""
    return TypeAdapter(Wording).validate_python(_read(language))


@cache
def knowledge() -> Knowledge:
    """Return the known errors and guides, in the order of their file."""
    return TypeAdapter(Knowledge).validate_python(_read("knowledge"))


def _read(name: str) -> object:
    text = files(_FOLDER).joinpath("texts", f"{name}.yaml").read_text("utf-8")
    read: object = yaml.safe_load(text)
    return read
