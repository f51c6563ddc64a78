"""What every part of a rule file is read with: its places, its ``$names``, its mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sdtools.errors import Mistake
from sdtools.rules.book import Place
from sdtools.rules.wording import did_you_mean
from sdtools.yamlfile import Document, Path

__all__ = ["Path", "Reader", "filled", "listing"]

_READABLE = 12  # names in a message
_NAME = re.compile(r"\$([A-Za-z_][\w-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one file; mistakes of all files end up in one list."""

    document: Document
    mistakes: list[Mistake] = field(repr=False)
    about: str = ""  # what is being read, for messages: " in rule vip-is-urgent"
    has_calendar: bool = False  # there is a calendar to count 4bh and 5bd in
    timezone: str = "UTC"  # of that calendar

    def within(self, about: str) -> Reader:
        """Return a reader that says in its messages what it is reading."""
        return replace(self, about=f" in {about}")

    def complain(
        self, path: Path, code: str, message: str, hint: str = "", *, key: bool = False
    ) -> None:
        """Note a mistake."""
        said = f"{message}{self.about}"
        self.mistakes.append(self.document.mistake(path, code, said, hint, key=key))

    def unknown(
        self, path: Path, what: str, word: object, known: Iterable[object], *, key: bool = False
    ) -> None:
        """Note a word that is not one of the known ones, and the nearest of them."""
        names = [str(name) for name in known]
        hint = did_you_mean(str(word), names)
        if not hint and 0 < len(names) <= _READABLE:
            hint = f"known: {', '.join(names)}"
        code = f"unknown-{what.replace(' ', '-')}"
        self.complain(path, code, f"unknown {what} {str(word)!r}", hint, key=key)

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Return where something is written."""
        spot = self.document.place(path, key)
        return Place(file=self.document.file, line=spot.line, column=spot.column)

    def written(self, path: Path, value: object) -> str:
        """Return a value as people wrote it: ``$network_words`` and not what it stands for."""
        raw = self.document.data
        for step in path:
            inner = raw.get(step) if isinstance(raw, dict) else None
            if isinstance(raw, list) and isinstance(step, int) and step < len(raw):
                inner = raw[step]
            raw = inner
        return _shown(value if raw is None else raw)


def filled(data: object, names: Mapping[str, object], path: Path, reader: Reader) -> object:
    """Return data with every ``$name`` replaced by its var or list; a list in a list flattens."""
    if isinstance(data, dict):
        return {key: filled(one, names, (*path, key), reader) for key, one in data.items()}
    if isinstance(data, list):
        items: list[object] = []
        for index, one in enumerate(data):
            value = filled(one, names, (*path, index), reader)
            flat = isinstance(one, str) and isinstance(value, list)
            items.extend(value if flat and isinstance(value, list) else [value])
        return items
    return _filled_text(data, names, path, reader) if isinstance(data, str) else data


def _filled_text(text: str, names: Mapping[str, object], path: Path, reader: Reader) -> object:
    if text.startswith("$$"):
        return text[1:]
    found = _NAME.fullmatch(text)
    if found is None:
        return text
    if found[1] not in names:
        hint = did_you_mean(found[1], names) or "define it under vars or lists; write $$ for a $"
        reader.complain(path, "unknown-name", f"unknown name {text!r}", hint)
        return text
    return names[found[1]]


def listing(value: object) -> list[object]:
    """Return a list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
