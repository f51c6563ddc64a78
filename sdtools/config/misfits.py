"""What pydantic says about a configuration, as mistakes with places and advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sdtools.errors import Mistake
from sdtools.yamlfile import Document

__all__ = ["misfits"]


def misfits(document: Document, kind: type[BaseModel], error: ValidationError) -> Iterator[Mistake]:
    """Give every misfit; values are never repeated: they may be secrets."""
    for one in error.errors(include_url=False, include_input=False):
        yield _mistake(document, kind, one)


def _mistake(document: Document, kind: type[BaseModel], error: ErrorDetails) -> Mistake:
    path = error["loc"]
    name = ".".join(str(part) for part in path)
    match error["type"]:
        case "extra_forbidden":
            known = _keys(kind, path[:-1])
            near = get_close_matches(str(path[-1]), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            return document.mistake(path, "unknown-key", f"unknown key {name!r}", hint, key=True)
        case "missing":
            return document.mistake(path[:-1], "missing-key", f"{name!r} is missing", "add it")
        case "value_error":
            code, said = "literal-secret", str(error["msg"]).removeprefix("Value error, ")
            message, _, hint = said.partition("; ")
            found = document.mistake(path, code, f"{name}: {message}", hint)
            return replace(found, source="")  # the line holds the secret
        case _:
            return document.mistake(path, "wrong-value", f"{name}: {error['msg']}")


def _keys(kind: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the shape knows at a path."""
    for part in path:
        field = kind.model_fields.get(str(part)) if isinstance(part, str) else None
        inner = _model_in(field.annotation) if field else None
        kind = inner or kind
    return [field.alias or name for name, field in kind.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
