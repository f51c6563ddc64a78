"""What pydantic says about a configuration, as mistakes with places and advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sdtools.config.shape import DESK_SHAPES, ConfigShape
from sdtools.errors import Mistake
from sdtools.yamlfile import Document

__all__ = ["misfits", "secret_mistake", "without_secret_lines"]

_Path = tuple[str | int, ...]
_KIND_AT = 2  # ("desks", name, kind, key...): where pydantic names the kind that it took


def misfits(document: Document, error: ValidationError) -> Iterator[Mistake]:
    """Give every misfit; values are never repeated: they may be secrets."""
    for one in error.errors(include_url=False, include_input=False):
        yield _mistake(document, one)


def secret_mistake(document: Document, path: _Path, message: str, hint: str) -> Mistake:
    """Name a secret's place without showing its line."""
    return replace(document.mistake(path, "literal-secret", message, hint), source="")


def without_secret_lines(mistakes: list[Mistake]) -> tuple[Mistake, ...]:
    """Take away the source of every mistake on a line that one of them may not show."""
    hidden = {mistake.line for mistake in mistakes if not mistake.source}
    return tuple(
        replace(mistake, source="") if mistake.line in hidden else mistake for mistake in mistakes
    )


def _mistake(document: Document, error: ErrorDetails) -> Mistake:
    loc = error["loc"]
    path = _written(loc)
    name = ".".join(str(part) for part in path)
    match error["type"]:
        case "extra_forbidden":
            message, hint = _unknown_key(loc, name)
            found = document.mistake(path, "unknown-key", message, hint, key=True)
            return replace(found, source="")  # a misspelt key may hold a secret
        case "missing":
            return document.mistake(path[:-1], "missing-key", f"{name!r} is missing", "add it")
        case "union_tag_not_found":
            hint = f"write kind: {' or kind: '.join(DESK_SHAPES)}"
            return document.mistake(path, "missing-key", f"'{name}.kind' is missing", hint)
        case "union_tag_invalid":
            hint = f"known kinds: {', '.join(DESK_SHAPES)}"
            message = f"{name}: there is no such kind of desk"
            return document.mistake((*path, "kind"), "unknown-kind", message, hint)
        case "value_error":
            message, _, hint = str(error["msg"]).removeprefix("Value error, ").partition("; ")
            return secret_mistake(document, path, f"{name}: {message}", hint)
        case _:
            return document.mistake(path, "wrong-value", f"{name}: {error['msg']}")


def _written(loc: _Path) -> _Path:
    """Return the path as people wrote it: without the kind that pydantic puts behind a desk."""
    return (*loc[:_KIND_AT], *loc[_KIND_AT + 1 :]) if loc[:1] == ("desks",) else loc


def _unknown_key(loc: _Path, name: str) -> tuple[str, str]:
    key, known = str(loc[-1]), _keys(loc[:-1])
    if loc[0] == "desks" and len(loc) == _KIND_AT + 2:
        kind = str(loc[_KIND_AT])
        owners = [one for one, shape in DESK_SHAPES.items() if key in _names(shape)]
        if owners:
            message = f"{name!r} is a key of kind {owners[0]}, and this desk is of kind {kind}"
            return message, f"known: {', '.join(known)}"
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"unknown key {name!r}", hint


def _keys(loc: _Path) -> list[str]:
    """Return the keys that the shape knows at a place."""
    shape: type[BaseModel] = ConfigShape
    if loc[:1] == ("desks",):
        shape, loc = DESK_SHAPES[str(loc[_KIND_AT])], loc[_KIND_AT + 1 :]
    for part in loc:
        field = shape.model_fields.get(str(part)) if isinstance(part, str) else None
        inner = _model_in(field.annotation) if field else None
        shape = inner or shape
    return _names(shape)


def _names(shape: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in shape.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
