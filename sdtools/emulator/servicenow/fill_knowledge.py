"""Rows of the embedded ServiceNow's knowledge base and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sdtools.emulator.servicenow.fill_directory import category_of
from sdtools.emulator.servicenow.fill_ids import Ids, Row, level_of, priority_of, slug, stamp
from sdtools.emulator.servicenow.fresh import fixed_id
from sdtools.emulator.world.model import Problem, World

__all__ = ["knowledge_rows"]

_BASE = fixed_id("kb_knowledge_base", "IT")
_FOR_EVER = "2100-01-01"
_NEW, _ANALYSED = "101", "103"  # states of a problem (FACTS 10.2)
_FIRST_ARTICLE, _FIRST_PROBLEM = 10001, 40001


def knowledge_rows(world: World, ids: Ids) -> Iterator[Row]:
    """Yield published articles in their categories, and problems that are known errors."""
    yield "kb_knowledge_base", {"sys_id": _BASE, "title": "IT", "active": True}
    categories = _categories(article.category for article in world.articles)
    yield from _category_rows(categories)
    for number, article in enumerate(world.articles, _FIRST_ARTICLE):
        written = stamp(article.written)
        yield (
            "kb_knowledge",
            {
                "sys_id": ids.articles[article.key],
                "number": f"KB{number:07}",
                "short_description": article.title,
                "text": article.text,
                "workflow_state": "published",
                "kb_knowledge_base": _BASE,
                "kb_category": categories[article.category],
                "author": ids.people[article.author],
                "published": written[:10],
                "valid_to": _FOR_EVER,
                "sys_created_on": written,
                "sys_created_by": article.author,
            },
        )
    yield from _problems(world, ids)


def _categories(paths: Iterable[str]) -> dict[str, str]:
    """Return the sys_id of each category and of those above it; the base stands above all."""
    known = {"": _BASE}
    for path in paths:
        parts = path.split(" > ")
        for depth in range(1, len(parts) + 1):
            above = " > ".join(parts[:depth])
            known.setdefault(above, fixed_id("kb_category", above))
    return known


def _category_rows(categories: Mapping[str, str]) -> Iterator[Row]:
    for path, sys_id in categories.items():
        parent, _, label = path.rpartition(" > ")
        if path:
            row = {"sys_id": sys_id, "label": label, "value": slug(label)}
            full = path.replace(" > ", " / ")
            yield "kb_category", {**row, "parent_id": categories[parent], "full_category": full}


def _problems(world: World, ids: Ids) -> Iterator[Row]:
    reported: defaultdict[str, list[str]] = defaultdict(list)
    for ticket, sys_id in zip(world.tickets, ids.tickets, strict=True):
        for key in ticket.problems:
            reported[key].append(sys_id)
    members = {group.name: group.members for group in world.groups}
    for number, problem in enumerate(world.problems, _FIRST_PROBLEM):
        owner = problem.author or next(iter(members.get(problem.group, ())), "")
        tickets = reported[problem.key]
        yield (
            "problem",
            {
                **_problem(problem, ids),
                "number": f"PRB{number:07}",
                "state": _ANALYSED if owner else _NEW,
                "problem_state": _ANALYSED if owner else _NEW,
                "assigned_to": ids.people[owner],
                "first_reported_by_task": next(iter(tickets), ""),
                "related_incidents": len(tickets),
            },
        )


def _problem(problem: Problem, ids: Ids) -> dict[str, object]:
    opened = stamp(problem.opened)
    category, subcategory = category_of(problem.category)
    return {
        "sys_id": ids.problems[problem.key],
        "short_description": problem.title,
        "description": problem.text,
        "known_error": True,
        "category": category,
        "subcategory": subcategory,
        "impact": level_of(problem.impact),
        "urgency": level_of(problem.urgency),
        "priority": priority_of(problem.priority),
        "assignment_group": ids.groups[problem.group],
        "opened_at": opened,
        "opened_by": ids.people[problem.author],
        "sys_created_on": opened,
        "sys_created_by": problem.author or "system",
    }
