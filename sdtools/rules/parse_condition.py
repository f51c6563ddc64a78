"""Read ``when``: mappings of facts into a tree of tests."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.rules.book import All, AnyOf, Condition, Not, Test
from sdtools.rules.operators import OPERATORS, Takes, operators_of
from sdtools.rules.reading import Path, Reader, listing
from sdtools.rules.values import Fact
from sdtools.rules.wanted import WantedError, read_wanted
from sdtools.rules.wording import did_you_mean

__all__ = ["GROUPINGS", "parse_condition"]

GROUPINGS = ("all", "any", "not")
_PAIR = 2
_ALL_OPERATORS = tuple(dict.fromkeys(name for table in OPERATORS.values() for name in table))


def parse_condition(
    data: object, path: Path, reader: Reader, facts: Mapping[str, Fact]
) -> Condition:
    """Read a condition; what is wrong with it is noted, and left out of what is returned."""
    parts = _entries(data, path, reader, facts)
    return parts[0] if len(parts) == 1 else All(parts=parts)


def _entries(
    data: object, path: Path, reader: Reader, facts: Mapping[str, Fact]
) -> tuple[Condition, ...]:
    if not isinstance(data, dict) or not data:
        example = "such as {status: new}"
        reader.complain(path, "bad-condition", f"a condition is a mapping of facts, {example}")
        return ()
    parts: list[Condition] = []
    for key, value in data.items():
        parts.extend(_entry(str(key), value, (*path, key), reader, facts))
    return tuple(parts)


def _entry(
    key: str, value: object, path: Path, reader: Reader, facts: Mapping[str, Fact]
) -> tuple[Condition, ...]:
    if key == "not":
        return (Not(part=parse_condition(value, path, reader, facts)),)
    if key == "all":
        return (All(parts=_several(value, path, reader, facts)),)
    if key == "any":
        return (AnyOf(parts=_several(value, path, reader, facts)),)
    if key in facts:
        return _tests(facts[key], value, path, reader)
    if key.startswith("sla.") and "sla.name" not in facts:
        message = f"a service level cannot depend on its own clock, {key!r}"
        reader.complain(path, "circular-sla", message, key=True)
    else:
        reader.unknown(path, "fact", key, (*facts, *GROUPINGS), key=True)
    return ()


def _several(
    value: object, path: Path, reader: Reader, facts: Mapping[str, Fact]
) -> tuple[Condition, ...]:
    """Read a list of mappings, or one mapping each of whose entries stands for itself."""
    if isinstance(value, list) and value:
        return tuple(
            parse_condition(one, (*path, index), reader, facts) for index, one in enumerate(value)
        )
    return _entries(value, path, reader, facts)


def _tests(fact: Fact, value: object, path: Path, reader: Reader) -> tuple[Condition, ...]:
    if isinstance(value, dict) and value:
        tests = [_test(fact, str(one), value[one], (*path, one), reader) for one in value]
    elif value is None or value in ({}, []):
        hint = f"write {fact.name}: {{empty: true}} to ask for none"
        reader.complain(path, "bad-value", f"{fact.name!r} has no value", hint, key=True)
        return ()
    else:
        operator = "in" if isinstance(value, list) else "is"
        if operator not in operators_of(fact):
            hint = f"write it as {{gte: {reader.written(path, value)}}}"
            message = f"{fact.name!r} is compared by an operator"
            reader.complain(path, "wrong-operator", message, hint)
            return ()
        tests = [_test(fact, operator, value, path, reader)]
    return tuple(test for test in tests if test)


def _test(fact: Fact, operator: str, value: object, path: Path, reader: Reader) -> Test | None:
    takes = operators_of(fact).get(operator)
    if takes is None:
        _complain_of_operator(fact, operator, path, reader)
        return None
    try:
        wanted = _wanted(fact, operator, takes, value, reader)
    except WantedError as error:
        reader.complain(path, error.code, error.message, error.hint)
        return None
    return Test(
        fact=fact.name,
        operator=operator,
        wanted=wanted,
        text=reader.written(path, value),
        place=reader.place(path, key=True),
    )


def _complain_of_operator(fact: Fact, operator: str, path: Path, reader: Reader) -> None:
    fitting = ", ".join(operators_of(fact))
    if operator not in _ALL_OPERATORS:
        hint = did_you_mean(operator, operators_of(fact)) or f"{fact.name!r} has: {fitting}"
        reader.complain(path, "unknown-operator", f"unknown operator {operator!r}", hint, key=True)
        return
    message = f"{fact.name!r} is of type {fact.type.value} and has no operator {operator!r}"
    reader.complain(path, "wrong-operator", message, f"it has: {fitting}", key=True)


def _wanted(fact: Fact, operator: str, takes: Takes, value: object, reader: Reader) -> object:
    if takes is Takes.flag:
        if not isinstance(value, bool):
            raise WantedError("bad-value", f"{operator!r} takes true or false, not {value!r}")
        return value
    if takes is Takes.one:
        if isinstance(value, list):
            hint = "write 'in' or 'not_in' for a list" if operator in {"is", "not"} else ""
            raise WantedError("bad-value", f"{operator!r} takes one value, not a list", hint)
        return read_wanted(value, fact, operator, reader)
    values = listing(value)
    if not values:
        raise WantedError("bad-value", f"{operator!r} has an empty list and never holds")
    if takes is Takes.pair and len(values) != _PAIR:
        raise WantedError("bad-value", f"{operator!r} takes a list of two: [lowest, highest]")
    return tuple(read_wanted(one, fact, operator, reader) for one in values)
