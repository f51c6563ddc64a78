"""Which rules were edited since a plan was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b

from sdtools.rules.book import Place, Rule, RuleBook

__all__ = ["edited", "prints_of"]


def prints_of(book: RuleBook) -> dict[str, str]:
    """Return a fingerprint of what each rule says, wherever it stands in its file."""
    return {rule.id: _print(rule) for rule in book.rules}


def edited(before: Mapping[str, str], book: RuleBook) -> str:
    """Say in words how the rules differ from those that a plan was made by."""
    if not before:
        return "it is older than sdtools' memory of which rules a plan was made by"
    now = prints_of(book)
    changed = [rule for rule in now if rule in before and before[rule] != now[rule]]
    named = {
        "edited": changed,
        "new": [rule for rule in now if rule not in before],
        "gone": [rule for rule in before if rule not in now],
    }
    parts = [f"{word}: {', '.join(rules)}" for word, rules in named.items() if rules]
    if not parts and list(before) != list(now):
        return "their order"
    return "; ".join(parts) or "what stands above the rules: calendars, lists; or comments"


def _print(rule: Rule) -> str:
    return blake2b(repr(_plain(rule)).encode(), digest_size=8).hexdigest()


def _plain(value: object) -> object:
    """Return a value without the places in files."""
    if isinstance(value, Place):
        return ""
    if is_dataclass(value) and not isinstance(value, type):
        return [(one.name, _plain(getattr(value, one.name))) for one in fields(value)]
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
