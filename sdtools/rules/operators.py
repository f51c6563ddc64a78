"""The operators of the rule language: what each takes, and when it holds."""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sdtools.rules.book import Duration
from sdtools.rules.calendars import rule_worktime
from sdtools.rules.durations import passed, wanted_time
from sdtools.rules.names import names_of
from sdtools.rules.subject import Subject
from sdtools.rules.values import Fact, FactType, Known, Named, Since
from sdtools.rules.wording import fold, has_words, path_key, unaccented

if TYPE_CHECKING:
    import regex

__all__ = [
    "OPERATORS",
    "Comparison",
    "Takes",
    "any_of",
    "comparing",
    "compiled",
    "negated",
    "operators_of",
    "positive",
]

Comparison = Callable[[Known, Subject], bool | None]
_PATIENCE = 0.2  # seconds for one search; a pattern that needs more gives "unknown"


class Takes(Enum):
    """How many values an operator is written with."""

    one = "one value"
    many = "a value or a list"
    pair = "a list of two values"
    flag = "true or false"


_EQUAL = {"is": Takes.one, "not": Takes.one, "in": Takes.many, "not_in": Takes.many}
_ORDER = dict.fromkeys(("gt", "gte", "lt", "lte"), Takes.one) | {"between": Takes.pair}
_EMPTY = {"empty": Takes.flag}
_SETS = dict.fromkeys(("is", "not", "in", "not_in"), Takes.many)
_SEARCH = dict.fromkeys(("contains", "words", "matches", "starts", "ends"), Takes.many)

OPERATORS: Mapping[FactType, Mapping[str, Takes]] = {
    FactType.text: {**_EQUAL, **_SEARCH, **_EMPTY},
    FactType.number: {**_EQUAL, **_ORDER, **_EMPTY},
    FactType.share: {**_ORDER, **_EMPTY},
    FactType.flag: {"is": Takes.one, "not": Takes.one, **_EMPTY},
    FactType.grade: {**_EQUAL, **_ORDER},
    FactType.choice: {**_EQUAL, **_EMPTY},
    FactType.tree: {**_EQUAL, "under": Takes.many, **_EMPTY},
    FactType.names: {**_SETS, **_EMPTY},
    FactType.ids: {**_SETS, **_EMPTY},
    FactType.age: {**_ORDER, **_EMPTY},
    FactType.duration: {**_ORDER, **_EMPTY},
    FactType.moment: {**_ORDER, **_EMPTY},
}
"""The operators of each type of fact. ``is`` of a set means exactly these, ``in`` any of them."""


def operators_of(fact: Fact) -> Mapping[str, Takes]:
    """Return the operators of a fact: those of its type; groups stand in a tree as well."""
    operators = OPERATORS[fact.type]
    return {**operators, "under": Takes.many} if fact.refers == "group" else operators


def positive(name: str) -> tuple[str, bool]:
    """Return the operator that another one is the contrary of, and whether it is one."""
    contrary = {"not": "is", "not_in": "in"}
    return (contrary[name], True) if name in contrary else (name, False)


def negated(holds: bool | None) -> bool | None:
    """Return the contrary; of unknown it is unknown."""
    return None if holds is None else not holds


def any_of(judged: Iterable[bool | None]) -> bool | None:
    """Return true with one true, else unknown with one unknown, else false."""
    unknown = False
    for one in judged:
        if one:
            return True
        unknown = unknown or one is None
    return None if unknown else False


@lru_cache(maxsize=256)
def compiled(pattern: str) -> regex.Pattern[str]:
    """Compile a pattern as rules use it: without case and accents; raises regex.error."""
    import regex  # only some rules have patterns

    return regex.compile(unaccented(pattern), regex.IGNORECASE | regex.MULTILINE | regex.VERSION0)


def comparing(name: str, wanted: object, fact: Fact) -> Comparison:
    """Return what judges a positive operator on a value that is known and not empty.

    It returns None when the value is of no help: something not mirrored, a pattern too slow.
    """
    match fact.type:
        case FactType.text:
            wishes = _wishes(wanted)
            return lambda value, _: _text_holds(name, value, wishes)
        case FactType.tree | FactType.names:
            wishes = _wishes(wanted)
            return lambda value, subject: _names_hold(
                name, value, wishes, _Desk(fact=fact, subject=subject)
            )
        case FactType.ids:
            compare, ids = _SETS_OF_IDS[name], set(_wishes(wanted))
            return lambda value, _: compare(_ids(value), ids)
    return lambda value, subject: _value_holds(name, value, wanted, subject)


def _value_holds(name: str, value: Known, wanted: object, subject: Subject) -> bool:
    if name == "between" and isinstance(wanted, tuple):
        low, high = wanted
        at_least = _value_holds("gte", value, low, subject)
        return at_least and _value_holds("lte", value, high, subject)
    if isinstance(wanted, Duration):
        if isinstance(value, Since):
            value = passed(value, wanted, rule_worktime(subject))
        wanted = wanted_time(wanted)
    return bool(_COMPARE[name](value, wanted))


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {  # the loader has seen to the types
    "is": python.eq,
    "in": lambda value, wanted: value in wanted,
    "gt": python.gt,
    "gte": python.ge,
    "lt": python.lt,
    "lte": python.le,
}


def _text_holds(name: str, value: Known, wishes: tuple[str, ...]) -> bool | None:
    """Judge text by text: one of the fact's against one of the wanted is enough."""
    if name == "words" and isinstance(value, str):
        return has_words(value, wishes)
    texts = value if isinstance(value, tuple) else (value,)
    if name == "words":
        return any(has_words(str(text), wishes) for text in texts)
    compare = _TEXTS[name]
    return any_of(compare(str(text), wish) for text in texts for wish in wishes)


def _matches(text: str, pattern: str) -> bool | None:
    try:
        return compiled(pattern).search(unaccented(text), timeout=_PATIENCE) is not None
    except TimeoutError:
        return None


_TEXTS: Mapping[str, Callable[[str, str], bool | None]] = {
    "is": lambda text, wish: fold(text) == fold(wish),
    "in": lambda text, wish: fold(text) == fold(wish),
    "contains": lambda text, wish: fold(wish) in fold(text),
    "starts": lambda text, wish: fold(text).startswith(fold(wish)),
    "ends": lambda text, wish: fold(text).endswith(fold(wish)),
    "matches": _matches,
}

_SETS_OF_IDS: Mapping[str, Callable[[set[str], set[str]], bool]] = {
    "is": python.eq,
    "in": lambda ids, wishes: bool(ids & wishes),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What decides which thing of the directory a name means."""

    fact: Fact
    subject: Subject

    def calls(self, thing: Named, wish: str) -> bool | None:
        """Tell whether a thing goes by a name; unknown when it is not in the mirror."""
        if not thing.path:
            return None
        if self.fact.refers in {"", "person", "item"}:
            return fold(wish) in {fold(name) for name in (thing.path, *thing.also) if name}
        key = path_key(thing.path)
        # Most names differ: no need to ask the directory which of two "Mail" is meant.
        return key.endswith(path_key(wish)) and key in self._meant(wish)

    def puts_under(self, thing: Named, wish: str) -> bool | None:
        """Tell whether a thing is what a name means, or below it in the tree."""
        if not thing.path:
            return None
        key = f"{path_key(thing.path)} > "
        return f"{path_key(wish)} > " in key and any(
            key.startswith(f"{top} > ") for top in self._meant(wish)
        )

    def _meant(self, wish: str) -> tuple[str, ...]:
        return names_of(self.subject.world.directory, self.fact.refers).meant(wish)


def _ids(value: Known) -> set[str]:
    return set(map(str, value)) if isinstance(value, tuple) else set()


def _names_hold(name: str, value: Known, wishes: tuple[str, ...], desk: _Desk) -> bool | None:
    things = _things(value)
    if name == "is":
        return _same_set(things, wishes, desk.calls)
    compare = desk.calls if name == "in" else desk.puts_under
    return any_of(compare(thing, wish) for thing in things for wish in wishes)


def _same_set(
    things: tuple[Named, ...],
    wishes: tuple[str, ...],
    calls: Callable[[Named, str], bool | None],
) -> bool | None:
    """Judge a set: each of its things is wanted, and each that is wanted is there."""
    strangers = any_of(negated(any_of(calls(one, wish) for wish in wishes)) for one in things)
    missing = any_of(negated(any_of(calls(one, wish) for one in things)) for wish in wishes)
    return negated(any_of((strangers, missing)))


def _things(value: Known) -> tuple[Named, ...]:
    if isinstance(value, Named):
        return (value,)
    return tuple(one for one in value if isinstance(one, Named)) if isinstance(value, tuple) else ()


def _wishes(wanted: object) -> tuple[str, ...]:
    return tuple(map(str, wanted)) if isinstance(wanted, tuple) else (str(wanted),)
