"""Known errors that a ServiceNow keeps: published articles, and problems marked as such."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sdtools.connectors.servicenow.answers import Row, flag, is_id, moment, text
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.options import KnownErrorSource
from sdtools.connectors.servicenow.queries import Among, in_chunks
from sdtools.connectors.text import html_to_plain
from sdtools.connectors.workers import both
from sdtools.model.knowledge import KnownError, KnownErrorKind

__all__ = ["read_knowledge"]

_TAUGHT_BY = 20  # newest linked tickets of one known error: enough to learn its words
_YEAR = timedelta(days=365)
_KNOWN_CLASS = "kb_template_known_error_article"
_PUBLISHED = Among(field="workflow_state", values=("published",))
_KNOWN = Among(field="known_error", values=("true",))
_SEPARATOR = " > "
_DEEPEST = 30
_URL = 700


def read_knowledge(
    reader: Reader, source: KnownErrorSource, now: datetime | None
) -> tuple[KnownError, ...]:
    """Read articles that are known errors, and problems; those we may not read are none."""
    if not source.problems:
        return tuple(_articles(reader, source))
    articles, problems = both(
        lambda: _articles(reader, source), lambda: _problems(reader.sibling(), now)
    )
    return (*articles, *problems)


def _rows(reader: Reader, table: str, *fields: str, among: Sequence[Among] = ()) -> list[Row]:
    return reader.readable(Listing(table=table, fields=fields, among=tuple(among))) or []


def _by(field: str, ids: Sequence[str], room: int) -> Iterator[Among]:
    """Ask for rows by ids, in as many parts as fit into a url."""
    for some in in_chunks(ids, taken=room):
        yield Among(field=field, values=tuple(some))


def _articles(reader: Reader, source: KnownErrorSource) -> list[KnownError]:
    rows = _wanted_articles(reader, source)
    ids = [text(row, "sys_id") for row in rows]
    said = _templates(reader, ids) if any(_is_template(row) for row in rows) else {}
    titles = _titles_by_article(reader, ids)
    return [_article(row, said, titles, reader.session.place.url) for row in rows]


def _wanted_articles(reader: Reader, source: KnownErrorSource) -> list[Row]:
    conditions: list[Among] = []
    if source.category:
        conditions += _by("kb_category", _in_category(reader, source.category), _URL)
    if source.knowledge_base:
        conditions.append(Among(field="kb_knowledge_base.title", values=(source.knowledge_base,)))
    if not source.category and not source.knowledge_base:
        conditions.append(Among(field="sys_class_name", values=(_KNOWN_CLASS,)))
    found: dict[str, Row] = {}
    for condition in conditions:
        fields = ("number", "short_description", "text", "sys_class_name", "kb_knowledge_base")
        for row in _rows(reader, "kb_knowledge", *fields, among=(_PUBLISHED, condition)):
            found[text(row, "sys_id")] = row
    return list(found.values())


def _is_template(row: Row) -> bool:
    return text(row, "sys_class_name") == _KNOWN_CLASS


def _templates(reader: Reader, ids: Sequence[str]) -> Mapping[str, Row]:
    """Read what known-error articles say in fields of their own."""
    fields = ("kb_description", "kb_cause", "kb_workaround")
    found = {}
    for some in _by("sys_id", ids, _URL):
        for row in _rows(reader, _KNOWN_CLASS, *fields, among=(some,)):
            found[text(row, "sys_id")] = row
    return found


def _article(
    row: Row, said: Mapping[str, Row], titles: Mapping[str, Sequence[str]], front: str
) -> KnownError:
    sys_id = text(row, "sys_id")
    more = said.get(sys_id, {})
    parts = [html_to_plain(text(more, key)) for key in ("kb_description", "kb_cause")]
    workaround = html_to_plain(text(more, "kb_workaround")) or html_to_plain(text(row, "text"))
    body = html_to_plain(text(row, "text"))
    whole = dict.fromkeys(one for one in (*parts, body, workaround) if one)
    return KnownError(
        id=f"article/{sys_id}",
        kind=KnownErrorKind.article,
        desk_id=sys_id,
        title=text(row, "short_description"),
        text="\n\n".join(whole),
        url=f"{front}/kb_view.do?sys_kb_id={sys_id}",
        workaround=workaround,
        linked_texts=tuple(titles.get(sys_id, ())),
    )


def _in_category(reader: Reader, category: str) -> list[str]:
    """Return the ids of a category and of those below it."""
    rows = {text(row, "sys_id"): row for row in _rows(reader, "kb_category", "label", "parent_id")}
    wanted = category.casefold()
    inside = []
    for sys_id in rows:
        parts = [text(rows[one], "label").casefold() for one in _upwards(sys_id, rows)][::-1]
        above = {_SEPARATOR.join(parts[: depth + 1]) for depth in range(len(parts))}
        if wanted in above or wanted in parts:
            inside.append(sys_id)
    return inside


def _upwards(sys_id: str, rows: Mapping[str, Row]) -> list[str]:
    """Return a category and those above it; above the highest stands a knowledge base."""
    found: list[str] = []
    while sys_id in rows and len(found) < _DEEPEST:
        found.append(sys_id)
        sys_id = text(rows[sys_id], "parent_id")
    return found


def _problems(reader: Reader, now: datetime | None) -> list[KnownError]:
    fields = (
        "number",
        "short_description",
        "description",
        "workaround",
        "cause_notes",
        "fix_notes",
        "active",
        "resolved_at",
        "closed_at",
    )
    found = _rows(reader, "problem", *fields, among=(_KNOWN,))
    rows = [row for row in found if _is_current(row, now)]
    titles = _titles_by_problem(reader, [text(row, "sys_id") for row in rows])
    return [_problem(row, titles, reader.session.place.url) for row in rows]


def _is_current(row: Row, now: datetime | None) -> bool:
    """Keep problems that are not over, and those that ended within a year."""
    ended = moment(row, "closed_at") or moment(row, "resolved_at")
    return flag(row, "active") or now is None or ended is None or ended >= now - _YEAR


def _problem(row: Row, titles: Mapping[str, Sequence[str]], front: str) -> KnownError:
    sys_id = text(row, "sys_id")
    parts = ("description", "cause_notes", "workaround")
    workaround = html_to_plain(text(row, "workaround")) or html_to_plain(text(row, "fix_notes"))
    texts = dict.fromkeys(one for one in (*(html_to_plain(text(row, p)) for p in parts),) if one)
    return KnownError(
        id=f"problem/{sys_id}",
        kind=KnownErrorKind.problem,
        desk_id=sys_id,
        title=text(row, "short_description"),
        text="\n\n".join(texts),
        url=f"{front}/problem.do?sys_id={sys_id}",
        workaround=workaround,
        linked_texts=tuple(titles.get(sys_id, ())),
    )


def _titles_by_problem(reader: Reader, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    rows: list[Row] = []
    fields = ("problem_id", "short_description", "sys_created_on")
    for some in _by("problem_id", ids, _URL):
        rows += _rows(reader, "incident", *fields, among=(some,))
    return _newest(rows, "problem_id", "short_description")


def _titles_by_article(reader: Reader, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    rows: list[Row] = []
    fields = ("kb_knowledge", "task.short_description", "sys_created_on")
    for some in _by("kb_knowledge", [one for one in ids if is_id(one)], _URL):
        rows += _rows(reader, "m2m_kb_task", *fields, among=(some,))
    return _newest(rows, "kb_knowledge", "task.short_description")


def _newest(rows: Iterable[Row], known: str, title: str) -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: text(row, "sys_created_on"), reverse=True):
        titles = found[text(row, known)]
        if text(row, title) and len(titles) < _TAUGHT_BY:
            titles.append(text(row, title))
    return found
