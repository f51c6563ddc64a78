"""Read vars and lists, side files included."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import PurePath

from sdtools.errors import ConfigError
from sdtools.rules.reading import Path, Reader
from sdtools.rules.shapes import ListFileShape
from sdtools.rules.shaping import shaped
from sdtools.yamlfile import load_text

__all__ = ["SideFiles", "parse_names"]


class SideFiles:
    """Fetches files named in rule files, relative to them; keeps what they said."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self.texts: list[str] = []

    def text(self, file: str, path: Path, reader: Reader) -> str | None:
        """Return a file's text; None and a mistake when it cannot be read."""
        full = str(PurePath(reader.document.file).parent / file)
        try:
            text = self._read(full).removeprefix("\ufeff")
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            reader.complain(path, "unreadable-file", f"cannot read {full}: {why}")
            return None
        self.texts.append(text)
        return text


def parse_names(
    data: dict[object, object], names: dict[str, object], files: SideFiles, reader: Reader
) -> None:
    """Add a file's vars and lists to the names; each name once in all files."""
    for key in ("vars", "lists"):
        table = data.get(key)
        for name, value in table.items() if isinstance(table, dict) else ():
            path: Path = (key, str(name))
            if str(name) in names:
                reader.complain(path, "duplicate-name", f"{str(name)!r} is defined twice", key=True)
            elif key == "vars":
                names[str(name)] = _var(value, path, reader)
            else:
                names[str(name)] = _list(value, path, files, reader)


def _var(value: object, path: Path, reader: Reader) -> object:
    if value is None or isinstance(value, dict):
        reader.complain(path, "bad-var", f"{path[-1]!r} takes a value", "lists go under lists")
    elif isinstance(value, str) and value.startswith("$") and not value.startswith("$$"):
        reader.complain(path, "bad-var", f"{path[-1]!r} cannot stand for another name")
    return value


def _list(value: object, path: Path, files: SideFiles, reader: Reader) -> list[object]:
    if isinstance(value, list):
        nested = [one for one in value if one is None or isinstance(one, list | dict)]
        if nested:
            reader.complain(path, "bad-list", f"{path[-1]!r} takes words and numbers")
        return value
    if not isinstance(value, dict):
        hint = "write [a, b], or {file: list.csv, column: name}"
        reader.complain(path, "bad-list", f"{path[-1]!r} takes a list", hint)
        return []
    shape = shaped(ListFileShape, value, path, reader)
    text = files.text(shape.file, (*path, "file"), reader) if shape else None
    if shape is None or text is None:
        return []
    if shape.column:
        return _column(text, shape.column, (*path, "column"), reader)
    if PurePath(shape.file).suffix in {".yaml", ".yml"}:
        return _yaml(text, shape.file, (*path, "file"), reader)
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _column(text: str, column: str, path: Path, reader: Reader) -> list[object]:
    header = text.partition("\n")[0]
    separator = max(";,\t", key=header.count)  # a French spreadsheet writes semicolons
    rows = csv.DictReader(text.splitlines(), delimiter=separator)
    known = [str(name).strip() for name in rows.fieldnames or ()]
    if column not in known:
        reader.unknown(path, "column", column, known)
        return []
    rows.fieldnames = known
    cells = ((row.get(column) or "").strip() for row in rows)
    return [cell for cell in cells if cell]


def _yaml(text: str, file: str, path: Path, reader: Reader) -> list[object]:
    try:
        data = load_text(text, file).data
    except ConfigError as error:
        reader.mistakes.extend(error.mistakes)
        return []
    if not isinstance(data, list):
        reader.complain(path, "bad-list", f"{file} holds no list")
        return []
    return data
