"""The JSON Schema of rule files, for editors: completion, hints and red lines while typing."""

from __future__ import annotations

from collections.abc import Mapping

from sdtools.model.grades import Grade
from sdtools.rules.facts import FACTS
from sdtools.rules.operators import Takes, operators_of
from sdtools.rules.shapes import (
    ACTION_SHAPES,
    CalendarShape,
    DefaultsShape,
    FileShape,
    LimitsShape,
    NextTierShape,
    RepeatShape,
    RuleShape,
    Shape,
    SlaShape,
    StepShape,
)
from sdtools.rules.values import Fact, FactType

__all__ = ["rules_schema"]

_Schema = dict[str, object]

_PARTS: Mapping[str, type[Shape]] = {
    "rule": RuleShape,
    "step": StepShape,
    "repeat": RepeatShape,
    "sla": SlaShape,
    "next_tier": NextTierShape,
    "calendar": CalendarShape,
    "defaults": DefaultsShape,
    "limits": LimitsShape,
}
_NAME: _Schema = {"type": "string", "pattern": r"^\$"}
_SHORT = {"comment": "text", "solve": "text", "hold": "reason", "webhook": "url"}


def rules_schema() -> dict[str, object]:
    """Return the schema as a JSON document of draft 7, which editors' YAML servers read."""
    schema = _shape(FileShape)
    definitions: _Schema = {name: _shape(kind) for name, kind in _PARTS.items()}
    definitions["condition"] = _condition()
    definitions["actions"] = _actions()
    definitions["then"] = {
        "anyOf": [
            {"$ref": "#/definitions/actions"},
            {"type": "array", "items": {"$ref": "#/definitions/actions"}},
        ]
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **schema,
        "title": "sdtools rules",
        "definitions": definitions,
    }


def _shape(kind: type[Shape]) -> _Schema:
    schema = kind.model_json_schema()
    properties = schema["properties"]
    for one in properties.values():
        one.pop("title", None)
        one.pop("default", None)
    schema.pop("title")
    return {key: _referring(value) for key, value in schema.items()}


def _referring(value: object) -> object:
    """Turn every ``{"part": name}`` of the shapes into a reference; hints may stand beside it."""
    if isinstance(value, list):
        return [_referring(one) for one in value]
    if not isinstance(value, dict):
        return value
    result = {key: _referring(one) for key, one in value.items() if key != "part"}
    if isinstance(value.get("part"), str):
        result["allOf"] = [{"$ref": f"#/definitions/{value['part']}"}]
    return result


def _condition() -> _Schema:
    inner: _Schema = {"$ref": "#/definitions/condition"}
    several: _Schema = {"anyOf": [inner, {"type": "array", "items": inner}]}
    properties: _Schema = {
        "all": {**several, "description": "Every one must hold."},
        "any": {**several, "description": "One must hold."},
        "not": {**inner, "description": "Must not hold."},
    }
    for fact in FACTS.values():
        properties[fact.name] = _fact(fact)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _fact(fact: Fact) -> _Schema:
    one = _value(fact)
    many: _Schema = {"anyOf": [one, {"type": "array", "items": one}]}
    shapes = {
        Takes.one: one,
        Takes.many: many,
        Takes.pair: {"type": "array", "items": one, "minItems": 2, "maxItems": 2},
        Takes.flag: {"type": "boolean"},
    }
    operators = {name: shapes[takes] for name, takes in operators_of(fact).items()}
    mapping: _Schema = {
        "type": "object",
        "properties": operators,
        "additionalProperties": False,
        "minProperties": 1,
    }
    short = [one] if "is" in operators else []
    short += [{"type": "array", "items": one}] if "in" in operators else []
    return {"description": fact.doc, "anyOf": [*short, mapping]}


def _value(fact: Fact) -> _Schema:
    if fact.type is FactType.flag:
        return {"anyOf": [{"type": "boolean"}, _NAME]}
    if fact.type is FactType.grade:
        return {"anyOf": [{"enum": list(Grade.__members__)}, _NAME]}
    if fact.type is FactType.choice:
        return {"anyOf": [{"enum": [str(choice) for choice in fact.choices]}, _NAME]}
    if fact.type is FactType.number:
        return {"anyOf": [{"type": "number"}, _NAME]}
    return {"type": ["string", "number"]}


def _actions() -> _Schema:
    properties: _Schema = {}
    for verb, kind in ACTION_SHAPES.items():
        shape = _shape(kind)
        if verb in _SHORT:
            shape = {"anyOf": [{"type": "string", "description": _SHORT[verb]}, shape]}
        if verb == "link":
            shape = {"anyOf": [{"const": "known_error"}, shape]}
        properties[verb] = {"description": kind.__doc__, **shape}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }
