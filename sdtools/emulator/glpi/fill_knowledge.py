"""Rows of the embedded GLPI's knowledge base and problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sdtools.emulator.glpi.fill_directory import SHARED, tree_rows
from sdtools.emulator.glpi.fill_ids import Ids, Row, stored
from sdtools.emulator.world.model import Problem, World

__all__ = ["knowledge_rows"]

_ASSIGNED = 2


def knowledge_rows(world: World, ids: Ids) -> Iterator[Row]:
    """Yield articles in their categories, visible everywhere, and open problems."""
    paths = _with_parents(article.category for article in world.articles)
    yield from tree_rows("KnowbaseItemCategory", paths, SHARED)
    for article in world.articles:
        number, written = ids.articles[article.key], ids.stamp(article.written)
        yield (
            "KnowbaseItem",
            {
                "id": number,
                "name": stored(article.title),
                "answer": stored(article.text),
                "is_faq": int(article.public),
                "users_id": ids.people[article.author],
                "date_creation": written,
                "date_mod": written,
            },
        )
        link = {"id": number, "knowbaseitems_id": number}
        category = {"knowbaseitemcategories_id": paths[article.category]}
        yield "KnowbaseItem_KnowbaseItemCategory", {**link, **category}
        yield "Entity_KnowbaseItem", {**link, **SHARED}
    for problem in world.problems:
        yield "Problem", _problem(problem, ids)
        if problem.group:
            number, group = ids.problems[problem.key], ids.groups[problem.group]
            yield (
                "Group_Problem",
                {"id": number, "problems_id": number, "groups_id": group, "type": 2},
            )


def _problem(problem: Problem, ids: Ids) -> dict[str, object]:
    opened, author = ids.stamp(problem.opened), ids.people[problem.author]
    return {
        "id": ids.problems[problem.key],
        "name": stored(problem.title),
        "content": stored(problem.text),
        **SHARED,
        "status": _ASSIGNED,
        "date": opened,
        "date_creation": opened,
        "date_mod": opened,
        "users_id_recipient": author,
        "users_id_lastupdater": author,
        "urgency": int(problem.urgency),
        "impact": int(problem.impact),
        "priority": int(problem.priority),
        "itilcategories_id": ids.categories[problem.category],
    }


def _with_parents(paths: Iterable[str]) -> dict[str, int]:
    known = {"": 0}
    for path in paths:
        parts = path.split(" > ")
        for depth in range(1, len(parts) + 1):
            known.setdefault(" > ".join(parts[:depth]), len(known))
    return known
