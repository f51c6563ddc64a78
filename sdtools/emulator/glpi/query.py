"""PHP's way with query strings: ``a[0][b]=c`` becomes nested dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Parameters", "as_list", "flag", "nested", "truth"]

# PHP arrays nest to any depth, and every leaf is text.
Parameters = dict[str, Any]

_KEY = re.compile(r"\[([^\]]*)\]")


def _put(target: Parameters, path: list[str], value: str) -> None:
    for step in path[:-1]:
        inner = target.get(step)
        if not isinstance(inner, dict):
            inner = target[step] = {}
        target = inner
    name = path[-1] or str(len(target))
    target[name] = value


def nested(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """Give the parameters as PHP sees them."""
    found: Parameters = {}
    for key, value in pairs:
        head, bracket, rest = key.partition("[")
        _put(found, [head, *_KEY.findall(bracket + rest)] if bracket else [head], value)
    return found


def flag(parameters: Parameters, name: str, *, default: bool = False) -> bool:
    """Read a switch as GLPI's API does: ``false``, ``0`` and nothing are off."""
    if name not in parameters:
        return default
    return str(parameters[name]).lower() not in {"false", "0", ""}


def truth(value: object) -> bool:
    """Read a switch as PHP's FILTER_VALIDATE_BOOLEAN does: all but four words is false."""
    return str(value).strip().lower() in {"1", "true", "on", "yes"}


def as_list(value: object) -> list[Any]:
    """Give PHP's array (list or dictionary) as a list."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []
