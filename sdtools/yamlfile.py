"""YAML files as plain data, with the place of every key and value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from sdtools.errors import ConfigError, Mistake

__all__ = ["Document", "Path", "Spot", "load_text"]

Path = tuple[str | int, ...]  # ("rules", 0, "when"): keys and indices from the top

_MOST_VALUES = 500_000  # aliases of aliases can blow a small file up to any size
_DEEPEST = 60
_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Spot(NamedTuple):
    """A place in a file; line and column from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML file as plain data, and where each part of it is written."""

    file: str
    data: object
    lines: Sequence[str] = field(repr=False)
    keys: Mapping[Path, Spot] = field(repr=False)
    values: Mapping[Path, Spot] = field(repr=False)

    def place(self, path: Path, key: bool = False) -> Spot:
        """Return where the value at ``path`` (or its key) is written; its nearest parent if not."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Spot(1, 1))

    def mistake(
        self, path: Path, code: str, message: str, hint: str = "", *, key: bool = False
    ) -> Mistake:
        """Return a mistake at ``path``, its source line included."""
        return _mistake(self.file, self.lines, self.place(path, key), (code, message, hint))


def load_text(text: str | bytes, file: str) -> Document:
    """Read YAML, taking only true, false, null and plain numbers for more than text.

    So ``no``, ``on``, ``12:30`` and ``2026-01-01`` stay the words that people wrote. Raises
    ConfigError with every mistake: bad syntax, tabs, duplicate keys, wrong encoding, no content.
    """
    written = text if isinstance(text, str) else _decoded(text, file)
    written = written.removeprefix("\ufeff")
    lines = written.splitlines()
    _refuse_characters(written, file, lines)
    builder = _Builder(file, lines)
    node = _composed(written, file, lines)
    if node is None:
        raise _refused([Mistake(file=file, line=0, column=0, code="empty-file", message=_EMPTY)])
    data = builder.build(node, ())
    if builder.mistakes:
        raise _refused(builder.mistakes)
    return Document(file=file, data=data, lines=lines, keys=builder.keys, values=builder.values)


_EMPTY = "the file is empty"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml may lack
    """The safe loader with fewer guesses: YAML 1.1 reads ``no`` as false and ``12:30`` as 750."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # as yaml has it


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


class _Builder:
    """Turns nodes into data, noting places and mistakes on the way."""

    def __init__(self, file: str, lines: Sequence[str]) -> None:
        self.file = file
        self.lines = lines
        self.keys: dict[Path, Spot] = {}
        self.values: dict[Path, Spot] = {}
        self.mistakes: list[Mistake] = []

    def build(self, node: yaml.Node, path: Path) -> object:
        self.values[path] = _spot(node)
        if len(path) > _DEEPEST or len(self.values) > _MOST_VALUES:
            self._complain(node, "too-deep", "this is nested too deep, or refers to itself")
            raise _refused(self.mistakes)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str | int, object]:
        result: dict[str | int, object] = {}
        merged: dict[str | int, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged = {**self._merged(value_node, path), **merged}
                continue
            key = self._key(key_node)
            if key is None:
                continue
            if key in result:
                first = self.keys[(*path, key)]
                self._complain(
                    key_node,
                    "duplicate-key",
                    f"{key!r} is written twice; first on line {first.line}, column {first.column}",
                )
                continue
            self.keys[(*path, key)] = _spot(key_node)
            result[key] = self.build(value_node, (*path, key))
        for key, value in merged.items():
            result.setdefault(key, value)
        return result

    def _merged(self, node: yaml.Node, path: Path) -> dict[str | int, object]:
        """Build what ``<<`` brings in; places stay those of the anchor unless overwritten."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        result: dict[str | int, object] = {}
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                self._complain(part, "bad-merge", "'<<' takes a mapping, or a list of mappings")
                continue
            for key, value in self._mapping(part, path).items():
                result.setdefault(key, value)
        return result

    def _key(self, node: yaml.Node) -> str | int | None:
        if not isinstance(node, yaml.ScalarNode):
            self._complain(node, "bad-key", "a key must be a word or a number")
            return None
        value = self._scalar(node)
        return value if isinstance(value, str | int) else str(node.value)

    def _scalar(self, node: yaml.Node) -> object:
        text = str(node.value)
        try:
            return _SCALARS[node.tag](text)
        except KeyError:
            self._complain(node, "bad-tag", f"the tag {node.tag!r} is not used here")
        except ValueError:
            self._complain(node, "bad-tag", f"{text!r} is not what its tag says")
        return None

    def _complain(self, node: yaml.Node, code: str, message: str) -> None:
        self.mistakes.append(_mistake(self.file, self.lines, _spot(node), (code, message, "")))


_SCALARS: Mapping[str, Callable[[str], object]] = {
    "tag:yaml.org,2002:str": lambda text: text,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:null": lambda _text: None,
}


def _composed(text: str, file: str, lines: Sequence[str]) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        spot = Spot(mark.line + 1, mark.column + 1) if mark else Spot(1, 1)
        raise _refused([_mistake(file, lines, spot, _said(error, lines, spot))]) from None
    except (yaml.YAMLError, RecursionError):
        message = ("bad-yaml", "this is not YAML that can be read", "")
        raise _refused([_mistake(file, lines, Spot(1, 1), message)]) from None
    return node


def _said(error: yaml.MarkedYAMLError, lines: Sequence[str], spot: Spot) -> tuple[str, str, str]:
    line = lines[spot.line - 1] if spot.line <= len(lines) else ""
    if "\t" in line[: spot.column]:
        return "tab", "a tab stands where YAML wants spaces", "indent with spaces"
    problem = str(error.problem or "this is not YAML")
    context = f" {error.context}" if error.context else ""
    return "bad-yaml", f"{problem}{context}", _advice(problem)


def _advice(problem: str) -> str:
    """Say what would be right, for the mistakes that people make most."""
    if "mapping values are not allowed" in problem:
        return "quote a text that contains ': '"
    if "cannot start any token" in problem:
        return "quote a text that begins with @, ` or %"
    if "undefined alias" in problem:
        return "quote a text that begins with *"
    if "another document" in problem:
        return "one file holds one document: remove the '---'"
    return ""


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        mistake = Mistake(
            file=file,
            line=line,
            column=column,
            code="not-utf8",
            message="the file is not UTF-8",
            hint="save it as UTF-8 in your editor",
        )
        raise _refused([mistake]) from None


def _refuse_characters(text: str, file: str, lines: Sequence[str]) -> None:
    found = _BAD_CHARACTER.search(text)
    if found is None:
        return
    before = text[: found.start()]
    spot = Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
    message = f"the character U+{ord(found[0]):04X} is not allowed in YAML"
    raise _refused([_mistake(file, lines, spot, ("bad-character", message, ""))])


def _spot(node: yaml.Node) -> Spot:
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1)


def _mistake(file: str, lines: Sequence[str], spot: Spot, said: tuple[str, str, str]) -> Mistake:
    code, message, hint = said
    source = lines[spot.line - 1] if spot.line <= len(lines) else ""
    return Mistake(
        file=file,
        line=spot.line,
        column=spot.column,
        code=code,
        message=message,
        hint=hint,
        source=source,
    )


def _refused(mistakes: Sequence[Mistake]) -> ConfigError:
    return ConfigError("\n".join(map(str, mistakes)), mistakes=tuple(mistakes))
