"""Turn the frozen dataclasses of the model into JSON texts and exactly back again.

Times are whole microseconds since 1970 in UTC, durations whole microseconds. A field that holds
its default is left out, so that texts stay short and older texts can be read after a field was
added; a field that is no longer known is skipped.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from sdtools.errors import StoreError

__all__ = ["Codec", "encode_plain", "from_micros", "storable", "to_micros", "unreadable"]

T = TypeVar("T")
_Step = Callable[[Any], Any]  # one value in or out of JSON: only the type hints know its type

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_DAY = 86_400_000_000  # microseconds
_AS_IT_IS = frozenset({str, int, float, bool, NoneType})
_MISSING = object()
_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)
# ASCII only: hostile texts hold NUL and halves of surrogate pairs, which databases refuse


def to_micros(at: datetime) -> int:
    """Return whole microseconds since 1970 in UTC; a time without a zone is a TypeError."""
    since = at - _EPOCH
    return since.days * _DAY + since.seconds * 1_000_000 + since.microseconds  # faster than `//`


def from_micros(micros: int) -> datetime:
    """Return the time in UTC."""
    return _EPOCH + micros * _MICRO


def storable(text: str) -> str:
    """Return a text of somebody else without what a database cannot hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class Codec(Generic[T]):
    """JSON texts of one type: a dataclass, or a tuple or mapping of dataclasses."""

    def __init__(self, kind: type[T]) -> None:
        self._name = getattr(kind, "__name__", str(kind))
        self._out, self._in = _steps(kind)

    def plain(self, value: T) -> dict[str, object]:
        """Return a dataclass as a mapping that JSON can hold, defaults left out."""
        return cast("dict[str, object]", self._out(value))

    def dump(self, value: T) -> str:
        """Return the value as a JSON text: equal values give equal texts."""
        return _JSON.encode(self._out(value))

    def load(self, text: str, extra: Mapping[str, object] | None = None) -> T:
        """Return the value of a text; ``extra`` holds more fields, as JSON would hold them.

        Raises StoreError when the text is not what :meth:`dump` writes.
        """
        try:
            plain = json.loads(text)
            if extra:
                plain.update(extra)
            return cast("T", self._in(plain))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise unreadable(self._name, error) from error


def unreadable(name: str, error: Exception) -> StoreError:
    """Return what to raise for a stored text that cannot be read."""
    return StoreError(
        f"a stored {name} cannot be read: {type(error).__name__}",
        "The database was changed by something else: restore it from a backup, or move it"
        " away and pull again.",
    )


def encode_plain(plain: object) -> str:
    """Return what :meth:`Codec.plain` gave, or other plain values, as a JSON text in ASCII."""
    return _JSON.encode(plain)


def _steps(kind: Any) -> tuple[_Step, _Step]:
    """Return how values of a type go into JSON and how they come out."""
    if kind in _AS_IT_IS or get_origin(kind) is Literal:
        return _same, _same
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        as_it_is = issubclass(kind, str | int)  # JSON holds the value of these by itself
        return _same if as_it_is else _value, {member.value: member for member in kind}.__getitem__
    if is_dataclass(kind):
        return _dataclass_steps(cast("type[Any]", kind))
    return _container_steps(kind)


def _container_steps(kind: Any) -> tuple[_Step, _Step]:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _union_steps(parts)
    if origin is tuple:
        return _tuple_steps(parts)
    if origin is frozenset:
        put, get = _steps(parts[0])
        return (
            lambda values: sorted(put(value) for value in values),
            lambda plain: frozenset(get(value) for value in plain),
        )
    if origin is not None and issubclass(origin, Mapping) and parts[0] is str:
        put, get = _steps(parts[1])
        return (
            lambda values: {key: put(value) for key, value in values.items()},
            lambda plain: {key: get(value) for key, value in plain.items()},
        )
    raise TypeError(f"the codec does not know {kind!r}")


def _tuple_steps(parts: tuple[Any, ...]) -> tuple[_Step, _Step]:
    if len(parts) == 2 and parts[1] is Ellipsis:  # noqa: PLR2004 (the form of `tuple[X, ...]`)
        put, get = _steps(parts[0])
        if put is _same:
            return list, tuple
        return (
            lambda values: [put(value) for value in values],
            lambda plain: tuple([get(value) for value in plain]),
        )
    puts, gets = zip(*(_steps(part) for part in parts), strict=True)
    return (
        lambda values: [put(value) for put, value in zip(puts, values, strict=True)],
        lambda plain: tuple(get(value) for get, value in zip(gets, plain, strict=True)),
    )


def _union_steps(parts: tuple[Any, ...]) -> tuple[_Step, _Step]:
    """Return the steps of ``X | None``, or of dataclasses that differ in their ``kind``."""
    others = [part for part in parts if part is not NoneType]
    if len(others) == 1:
        put, get = _steps(others[0])
        return (
            lambda value: None if value is None else put(value),
            lambda plain: None if plain is None else get(plain),
        )
    kinds = {_default(_field(part, "kind")): _steps(part) for part in others}
    return (
        lambda value: {"kind": value.kind, **kinds[value.kind][0](value)},
        lambda plain: kinds[plain["kind"]][1](plain),
    )


def _dataclass_steps(kind: type[Any]) -> tuple[_Step, _Step]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    steps = {name: _steps(hints[name]) for name in names}
    outgoing = tuple((field.name, _default(field)) for field in fields(kind))
    puts = [(name, put) for name, (put, _) in steps.items() if put is not _same]
    gets = [(name, get) for name, (_, get) in steps.items() if get is not _same]
    read = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    known = frozenset(names)

    def put_all(value: Any) -> dict[str, Any]:
        plain = {
            name: part
            for (name, default), part in zip(outgoing, read(value), strict=True)
            if part is not default and part != default
        }
        for name, put in puts:
            if name in plain:
                plain[name] = put(plain[name])
        return plain

    def get_all(plain: dict[str, Any]) -> Any:
        if not plain.keys() <= known:
            plain = {name: part for name, part in plain.items() if name in known}
        for name, get in gets:
            if name in plain:
                plain[name] = get(plain[name])
        return kind(**plain)

    return put_all, get_all


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return _MISSING


def _field(kind: Any, name: str) -> Field[Any]:
    return next(field for field in fields(kind) if field.name == name)


def _same(value: Any) -> Any:
    return value


def _value(member: Enum) -> Any:
    return member.value


_SIMPLE: dict[object, tuple[_Step, _Step]] = {
    datetime: (to_micros, from_micros),
    timedelta: (lambda value: value // _MICRO, lambda plain: timedelta(microseconds=plain)),
    date: (date.isoformat, date.fromisoformat),
    time: (time.isoformat, time.fromisoformat),
    bytes: (lambda value: b64encode(value).decode("ascii"), b64decode),
}
