"""Load rule files: every mistake at once, or a rule book without any."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b

from sdtools.errors import ConfigError, Mistake, RulesError
from sdtools.rules.book import (
    Action,
    AssignAction,
    CommentAction,
    NotifyAction,
    Place,
    Rule,
    RuleBook,
    SolveAction,
)
from sdtools.rules.calendars import ROUND_THE_CLOCK_NAME
from sdtools.rules.parse_lists import SideFiles, parse_names
from sdtools.rules.parse_rules import parse_rule
from sdtools.rules.parse_tables import Tables, parse_calendars, parse_tables
from sdtools.rules.reading import Path, Reader, filled
from sdtools.rules.shapes import SECTIONS, FileShape
from sdtools.rules.shaping import shaped
from sdtools.yamlfile import load_text

__all__ = ["actions_of", "load_rules", "templates_used"]


def load_rules(files: Sequence[tuple[str, str]], read: Callable[[str], str]) -> RuleBook:
    """Load the rule files of a desk, given as (name, text); later ones add to earlier ones.

    ``read`` fetches the side files that they name (lists, calendars), with the path joined to
    the rule file's folder, and raises OSError. Raises RulesError with every mistake of all files.
    """
    mistakes: list[Mistake] = []
    readers = _opened(files, mistakes)
    side_files = SideFiles(read)
    names: dict[str, object] = {}
    for reader, data in readers:
        shaped(FileShape, data, (), reader)
        parse_names(data, names, side_files, reader)
    full = [(reader, _filled(data, names, reader)) for reader, data in readers]
    tables = Tables()
    for reader, data in full:
        parse_calendars(data, tables, side_files, reader)
    _check_default(tables, full)
    full = [(tables.reader(reader), data) for reader, data in full]
    for reader, data in full:
        parse_tables(data, tables, reader)
    rules = tuple(_rules(full, tables))
    if mistakes:
        raise _refused(mistakes)
    return RuleBook(
        rules=rules,
        fingerprint=_fingerprint([text for _name, text in files] + side_files.texts),
        calendars=tables.calendars,
        default_calendar=tables.default_calendar,
        slas=None if tables.slas is None else tuple(tables.slas),
        tiers=tables.tiers,
        tier_places=tables.tier_places,
        next_tier=tuple(tables.next_tier),
        protect=tables.protected(),
        limits=tables.limits,
    )


def templates_used(book: RuleBook) -> tuple[tuple[str, Place], ...]:
    """Return the name and place of every template that a rule names."""
    return tuple(
        (action.template, action.place)
        for rule in book.rules
        for action in actions_of(rule)
        if isinstance(action, CommentAction | SolveAction | NotifyAction) and action.template
    )


def actions_of(rule: Rule) -> Iterator[Action]:
    """Give every action of a rule, those of its steps included."""
    yield from rule.then
    for step in rule.steps:
        yield from step.then


_Opened = list[tuple[Reader, dict[object, object]]]


def _opened(files: Sequence[tuple[str, str]], mistakes: list[Mistake]) -> _Opened:
    opened: _Opened = []
    for name, text in files:
        try:
            document = load_text(text, name)
        except ConfigError as error:
            mistakes.extend(error.mistakes)
            continue
        reader = Reader(document=document, mistakes=mistakes)
        if isinstance(document.data, dict):
            said = {key: value for key, value in document.data.items() if value is not None}
            opened.append((reader, said))
        else:
            reader.complain((), "wrong-shape", "a rule file is a mapping", "begin with version: 1")
    return opened


def _filled(
    data: dict[object, object], names: dict[str, object], reader: Reader
) -> dict[object, object]:
    """Replace the names everywhere but where they are defined."""
    rest = {key: value for key, value in data.items() if key not in {"vars", "lists"}}
    result = filled(rest, names, (), reader)
    return result if isinstance(result, dict) else {}


def _check_default(tables: Tables, opened: _Opened) -> None:
    name = tables.default_calendar
    if not name or name in tables.calendars or name == ROUND_THE_CLOCK_NAME:
        return
    for reader, data in opened:
        defaults = data.get("defaults")
        if isinstance(defaults, dict) and defaults.get("calendar") == name:
            known = (*tables.calendars, ROUND_THE_CLOCK_NAME)
            reader.unknown(("defaults", "calendar"), "calendar", name, known)


def _rules(opened: _Opened, tables: Tables) -> Iterator[Rule]:
    """Read the rules, section by section and in each of them file by file."""
    places: dict[object, Place] = {}
    for section in SECTIONS:
        for reader, data in opened:
            items = data.get(section)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                path = (section, index)
                _check_id(item, path, places, reader)
                rule = parse_rule(item, path, section, tables, reader)
                if rule:
                    _check_climb(rule, path, tables, reader)
                    yield rule


def _check_id(item: object, path: Path, places: dict[object, Place], reader: Reader) -> None:
    name = item.get("id") if isinstance(item, dict) else None
    if not isinstance(name, str):
        return
    first = places.get(name)
    if first:
        message = f"rule {name!r} is defined twice; first at {first.file}:{first.line}"
        reader.complain((*path, "id"), "duplicate-id", message, "give it an id of its own")
    places.setdefault(name, reader.place((*path, "id")))


def _check_climb(rule: Rule, path: Path, tables: Tables, reader: Reader) -> None:
    assigned = {one.group for one in actions_of(rule) if isinstance(one, AssignAction)}
    if "next_tier" in assigned and not tables.next_tier:
        message = f"rule {rule.id} assigns next_tier, and nothing says where that is"
        reader.complain(path, "no-next-tier", message, "define next_tier")


def _fingerprint(texts: Sequence[str]) -> str:
    digest = blake2b(digest_size=8)
    for text in texts:
        digest.update(text.encode())
        digest.update(b"\x00")
    return digest.hexdigest()


def _refused(mistakes: list[Mistake]) -> RulesError:
    found = sorted(set(mistakes), key=lambda one: (one.file, one.line, one.column))
    count = "1 mistake" if len(found) == 1 else f"{len(found)} mistakes"
    return RulesError(f"the rules have {count}", "mend them all, then try again", tuple(found))
