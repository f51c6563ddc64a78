"""The starter rules, their schema, and the pages about them: nothing of it can rot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sdtools.model.grades import Grade
from sdtools.model.people import Directory, Group, Node
from sdtools.rules.book import RuleBook
from sdtools.rules.facts import FACTS
from sdtools.rules.language import load_rules, templates_used
from sdtools.rules.lint import unknown_names
from sdtools.rules.operators import OPERATORS
from sdtools.rules.reference import facts_table, types_table
from sdtools.rules.schema import rules_schema
from sdtools.rules.shapes import ACTION_SHAPES, SECTIONS, RuleShape, SetShape

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "rules.yaml"
PAGE = ROOT / "docs" / "rules.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
SIDE_FILES = {"lists/vip.csv": "login;name\njmartin;Jeanne\n"}


@pytest.fixture(scope="module")
def starter() -> RuleBook:
    return load_rules([("rules.yaml", STARTER.read_text("utf-8"))], SIDE_FILES.__getitem__)


def test_the_starter_has_rules_in_every_section(starter: RuleBook) -> None:
    assert {rule.section for rule in starter.rules} == set(SECTIONS)
    assert all(rule.why for rule in starter.rules)


def test_the_starter_uses_templates_that_are_packed(starter: RuleBook) -> None:
    packed = {path.name.split(".")[0] for path in (ROOT / "templates" / "messages").iterdir()}
    assert {name for name, _place in templates_used(starter)} <= packed


def test_on_a_desk_with_other_names_the_starter_loses_its_routing_and_nothing_else(
    starter: RuleBook,
) -> None:
    group = Group(id="1", name="Group 70", path="Group 70", members=("1",))
    category = Node(id="1", name="Subcategory 174", path="Category 26 > Subcategory 174")
    strange = Directory(groups={"1": group}, categories={"1": category})
    off = {problem.rule for problem in unknown_names(starter, strange)} - {""}
    kept = [rule for rule in starter.rules if rule.enabled and rule.id not in off]
    assert off == {"network-to-n2", "rest-to-first-line"}
    assert {rule.section for rule in kept} == set(SECTIONS) - {"routing"}


def test_the_schema_beside_the_starter_is_the_one_of_the_language() -> None:
    written = json.loads((ROOT / "rules.schema.json").read_text("utf-8"))
    assert written == rules_schema(), (
        "write it anew: python -c 'import json; from sdtools.rules.schema import rules_schema;"
        " print(json.dumps(rules_schema(), indent=2, ensure_ascii=False))' > rules.schema.json"
    )


def test_the_schema_knows_every_fact_action_and_grade() -> None:
    schema = json.loads(json.dumps(rules_schema()))
    definitions = schema["definitions"]
    assert set(definitions["condition"]["properties"]) == {*FACTS, "all", "any", "not"}
    assert set(definitions["actions"]["properties"]) == set(ACTION_SHAPES)
    urgency = definitions["actions"]["properties"]["set"]["properties"]["urgency"]
    assert urgency["anyOf"][0]["enum"] == list(Grade.__members__)
    assert set(definitions["rule"]["properties"]) == set(RuleShape.model_fields)
    assert set(SetShape.model_fields) == {
        "urgency",
        "impact",
        "priority",
        "category",
        "kind",
        "location",
    }


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    text = json.dumps(rules_schema())
    names = set(re.findall(r'"#/definitions/(\w+)"', text))
    assert names
    assert names <= set(json.loads(text)["definitions"])
    assert '"part"' not in text


@pytest.mark.parametrize("table", [facts_table(), types_table()])
def test_the_tables_of_the_page_are_those_of_the_facts(table: str) -> None:
    assert table in PAGE.read_text("utf-8"), f"put this into docs/rules.md:\n{table}"


def test_every_operator_and_action_is_in_the_page() -> None:
    page = PAGE.read_text("utf-8")
    names = {name for operators in OPERATORS.values() for name in operators}
    missing = [name for name in (*names, *ACTION_SHAPES, *SECTIONS) if f"`{name}`" not in page]
    assert missing == []
    assert [key for key in RuleShape.model_fields if f"`{key}`" not in page] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_page_loads(example: str) -> None:
    text = example if "version:" in example else f"version: 1\n{example}"
    load_rules([("rules.yaml", text)], SIDE_FILES.__getitem__)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 5
