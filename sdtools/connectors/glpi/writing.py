"""What is added to tickets: comments, links, holds and solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sdtools.connectors.desk import NewComment, NewHold, NewLink, NewSolution, WriteState, Written
from sdtools.connectors.glpi.answers import Row, identity, is_id
from sdtools.connectors.glpi.assigning import HONEST_CLOCK
from sdtools.connectors.glpi.batches import Pacers, Work
from sdtools.connectors.glpi.fields import PENDING, status_of
from sdtools.connectors.glpi.lanes import write_all
from sdtools.connectors.glpi.lists import Listing, readable_rows
from sdtools.connectors.glpi.lookup import FOLLOWUPS, SOLUTIONS, Found, held, linked, said
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.results import added, updated
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.tables import ARTICLES, PARENTS, PROBLEMS, Table
from sdtools.connectors.glpi.text import plain, to_html, why_not
from sdtools.connectors.glpi.ties import ties_of
from sdtools.connectors.pacing import refused, there, unknown
from sdtools.errors import DeskError
from sdtools.model.grades import OPEN

__all__ = ["add_comments", "add_links", "hold_tickets", "solve_tickets"]

_SON_OF = 3
_TABLES = {"article": ARTICLES, "problem": PROBLEMS, "parent": PARENTS}

_Inputs = Sequence[Row | Written]  # what to send, or the reason why not


def add_comments(
    session: GlpiSession, comments: Sequence[NewComment], pacers: Pacers
) -> tuple[Written, ...]:
    """Add followups, private unless said otherwise."""
    inputs = [_comment_input(comment) for comment in comments]
    return _add(session, _adding(FOLLOWUPS, said(FOLLOWUPS)), inputs, pacers)


def add_links(
    session: GlpiSession, links: Sequence[NewLink], pacers: Pacers
) -> tuple[Written, ...]:
    """Add links; one that exists already is ``there``, in whatever language GLPI refuses it."""
    taken = _second_parents(session, links)
    answers: dict[int, Written] = {}
    for target, table in _TABLES.items():
        wanted = (place for place, one in enumerate(links) if one.link.target == target)
        places = [place for place in wanted if place not in taken]
        inputs = [_checked(links[place].ticket, _link_input(links[place])) for place in places]
        work = _adding(table, linked(table))
        results = _add_later(session, work, inputs, pacers, started=bool(answers))
        answers |= dict(zip(places, results, strict=True))
    return _with_those_there(session, links, answers | taken)


def hold_tickets(
    reader: TicketReader, holds: Sequence[NewHold], pacers: Pacers
) -> tuple[Written, ...]:
    """Say why, then set tickets to pending: whatever happens, none waits without its reason."""
    unsaid = [place for place, hold in enumerate(holds) if not hold.said]
    answers = dict(
        zip(unsaid, _reasons(reader, [holds[place] for place in unsaid], pacers), strict=True)
    )
    ready = [
        place
        for place in range(len(holds))
        if place not in answers or answers[place].state is WriteState.done
    ]
    waits = _wait(reader, [holds[place] for place in ready], pacers, started=bool(unsaid))
    answers |= dict(zip(ready, waits, strict=True))
    return tuple(answers[place] for place in range(len(holds)))


def _reasons(reader: TicketReader, holds: Sequence[NewHold], pacers: Pacers) -> tuple[Written, ...]:
    comments = [NewComment(ticket=one.ticket, text=one.text, public=False) for one in holds]
    return tuple(
        one
        if one.state is WriteState.done
        else replace(one, detail=f"not set to pending, for want of its reason: {one.detail}")
        for one in add_comments(reader.session, comments, pacers)
    )


def _wait(
    reader: TicketReader, holds: Sequence[NewHold], pacers: Pacers, *, started: bool
) -> Sequence[Written]:
    """Set to pending; once something was sent, a desk that is gone is an answer and no error."""
    inputs = [
        _checked(
            hold.ticket,
            lambda ticket: {"id": ticket, "status": PENDING, HONEST_CLOCK: True},
            hold.text,
        )
        for hold in holds
    ]
    work = Work(
        kind="PUT Ticket status",
        send=lambda session, batch: session.update("Ticket", batch),
        judge=updated,
        found=held(reader),
        ticket="id",
    )
    try:
        return _through(inputs, lambda rows: write_all(reader.session, rows, work, pacers))
    except DeskError as error:
        if not started:
            raise
        return (unknown(f"not sent: {error}"),) * len(holds)


def solve_tickets(
    reader: TicketReader, solutions: Sequence[NewSolution], pacers: Pacers
) -> tuple[Written, ...]:
    """Solve tickets that are still open: GLPI itself takes a second solution (FACTS 8)."""
    session = reader.session
    rows = {identity(row, "id"): row for row in reader.rows([one.ticket for one in solutions])}
    codes = _solution_types(session) if any(one.code for one in solutions) else {}
    inputs = [_solution_input(one, rows.get(one.ticket), codes) for one in solutions]
    return _add(session, _adding(SOLUTIONS, said(SOLUTIONS)), inputs, pacers)


def _second_parents(session: GlpiSession, links: Sequence[NewLink]) -> dict[int, Written]:
    """Refuse a second parent: GLPI takes any number, and nobody could tell which is meant."""
    asked = {
        place: int(one.ticket)
        for place, one in enumerate(links)
        if one.link.target == "parent" and is_id(one.ticket)
    }
    ties = ties_of(session, set(asked.values()), (PARENTS,)) if asked else None
    return {
        place: refused(f"it is part of ticket {tie.target} already")
        for place, ticket in asked.items()
        for tie in (ties.of(PARENTS, ticket) if ties else ())
        if tie.target != links[place].link.id
    }


def _comment_input(comment: NewComment) -> Row | Written:
    return _checked(
        comment.ticket,
        lambda ticket: {
            "itemtype": "Ticket",
            "items_id": ticket,
            "content": to_html(comment.text),
            "is_private": 0 if comment.public else 1,
            HONEST_CLOCK: True,
        },
        comment.text,
    )


def _link_input(new: NewLink) -> Callable[[int], Row]:
    def build(ticket: int) -> Row:
        other = int(new.link.id)
        match new.link.target:
            case "article":
                return {"knowbaseitems_id": other, "itemtype": "Ticket", "items_id": ticket}
            case "problem":
                return {"problems_id": other, "tickets_id": ticket}
            case "parent":
                return {"tickets_id_1": ticket, "tickets_id_2": other, "link": _SON_OF}

    return build


def _solution_input(new: NewSolution, row: Row | None, codes: Mapping[str, int]) -> Row | Written:
    if row is None:
        return refused("the desk has no such ticket")
    status = status_of(row)
    if status not in OPEN:
        return there(f"the ticket is {status or 'odd'} already")
    if new.code and new.code.casefold() not in codes:
        return refused(f"the desk has no solution type {new.code!r}")
    kind = {"solutiontypes_id": codes[new.code.casefold()]} if new.code else {}
    return _checked(
        new.ticket,
        lambda ticket: {
            "itemtype": "Ticket",
            "items_id": ticket,
            "content": to_html(new.text),
            **kind,
        },
        new.text,
    )


def _solution_types(session: GlpiSession) -> dict[str, int]:
    rows = readable_rows(session, Listing(path="SolutionType")) or []
    return {plain(row.get("name")).casefold(): int(identity(row, "id")) for row in rows}


def _checked(ticket: str, build: Callable[[int], Row], text: str = "-") -> Row | Written:
    """Build an input, or say why not: bad ids and texts never reach the desk (FACTS 3, 10)."""
    if not is_id(ticket):
        return refused(f"{ticket!r} is no ticket id")
    reason = why_not(text)
    if reason:
        return refused(reason)
    try:
        return build(int(ticket))
    except ValueError:
        return refused("what to link to is no id of this desk")


def _adding(table: Table, found: Found) -> Work:
    return Work(
        kind=f"POST {table.itemtype}",
        send=lambda session, batch: session.add(table.itemtype, batch),
        judge=added,
        found=found,
        ticket=table.ticket,
    )


def _add(session: GlpiSession, work: Work, inputs: _Inputs, pacers: Pacers) -> tuple[Written, ...]:
    results = _through(inputs, lambda rows: write_all(session, rows, work, pacers))
    itemtype = work.kind.removeprefix("POST ")
    return tuple(
        replace(result, id=f"{itemtype}/{result.id}") if result.id else result for result in results
    )


def _add_later(
    session: GlpiSession, work: Work, inputs: _Inputs, pacers: Pacers, *, started: bool
) -> tuple[Written, ...]:
    """Add; once something was sent, a desk that is gone is an answer and no error."""
    try:
        return _add(session, work, inputs, pacers)
    except DeskError as error:
        if not started:
            raise
        return (unknown(f"not sent: {error}"),) * len(inputs)


def _through(inputs: _Inputs, write: Callable[[Sequence[Row]], Sequence[Written]]) -> list[Written]:
    """Send the inputs that can be sent, and put every answer back in its place."""
    results = iter(write([one for one in inputs if not isinstance(one, Written)]))
    return [one if isinstance(one, Written) else next(results) for one in inputs]


def _with_those_there(
    session: GlpiSession, links: Sequence[NewLink], answers: Mapping[int, Written]
) -> tuple[Written, ...]:
    """Turn refusals of links that exist into ``there``; GLPI's own words differ (FACTS 8)."""
    failed = {
        place: int(links[place].ticket)
        for place, answer in answers.items()
        if answer.state is WriteState.refused and is_id(links[place].ticket)
    }
    found = dict(answers)
    if failed:
        targets = {links[place].link.target for place in failed}
        try:
            ties = ties_of(session, set(failed.values()), [_TABLES[one] for one in targets])
        except DeskError:
            return tuple(found[place] for place in range(len(links)))
        for place, ticket in failed.items():
            link = links[place].link
            if any(tie.target == link.id for tie in ties.of(_TABLES[link.target], ticket)):
                found[place] = there()
    return tuple(found[place] for place in range(len(links)))
