"""Hold data against a shape, and say what does not fit in words that help."""

from __future__ import annotations

import re
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sdtools.rules.reading import Path, Reader
from sdtools.rules.shapes import Shape
from sdtools.rules.wording import did_you_mean

__all__ = ["shaped"]

Wanted = TypeVar("Wanted", bound=Shape)

_QUOTED = re.compile(r"'([^']*)'")
_SAID = {
    "missing": "is missing",
    "bool_type": "takes true or false",
    "string_type": "takes a text",
    "int_type": "takes a whole number",
    "int_parsing": "takes a whole number",
    "int_from_float": "takes a whole number",
    "float_type": "takes a number",
    "float_parsing": "takes a number",
    "list_type": "takes a list",
    "tuple_type": "takes a list",
    "dict_type": "takes a mapping",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too big",
    "string_too_short": "is empty",
}


def shaped(kind: type[Wanted], data: object, path: Path, reader: Reader) -> Wanted | None:
    """Return data in its shape; None with every misfit noted."""
    if not isinstance(data, dict):
        known = ", ".join(_keys(kind))
        reader.complain(path, "wrong-shape", f"here goes a mapping with {known}")
        return None
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=True):
            _complain(kind, one, path, reader)
    return None


def _keys(kind: type[Shape]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in kind.model_fields.items())


def _complain(kind: type[Shape], error: ErrorDetails, path: Path, reader: Reader) -> None:
    location = tuple(part for part in error["loc"] if part != "[key]")
    place = (*path, *location)
    key = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
    if error["type"] == "extra_forbidden":
        reader.unknown(place, "key", key, _keys(kind), key=True)
    elif error["type"] == "missing":
        reader.complain(path, "missing-key", f"{key!r} is missing")
    elif error["type"] == "literal_error":
        _complain_of_word(key, error, place, reader)
    elif error["type"] == "string_pattern_mismatch":
        reader.complain(place, "bad-value", f"{key!r} cannot be {error['input']!r}", _hint(key))
    else:
        said = _SAID.get(error["type"]) or f"is wrong: {error['msg']}"
        reader.complain(place, "wrong-shape", f"{key!r} {said}", key="[key]" in error["loc"])


def _hint(key: str) -> str:
    if key == "url":
        return "write an address that begins with https://, or env:NAME"
    return "use letters, digits, dots, hyphens and underscores"


def _complain_of_word(key: str, error: ErrorDetails, place: Path, reader: Reader) -> None:
    known = [word for word in _QUOTED.findall(str(error.get("ctx", {}).get("expected"))) if word]
    what = "grade" if "very_low" in known else key
    word = str(error["input"])
    hint = did_you_mean(word, known) or (f"known: {', '.join(known)}" if known else "")
    if key == "version":
        hint = "this sdtools reads version 1"
    reader.complain(place, f"unknown-{what}", f"unknown {what} {word!r}", hint)
