"""What is added to tickets: comments, links, holds and solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sdtools.connectors.desk import NewComment, NewHold, NewLink, NewSolution, WriteState, Written
from sdtools.connectors.glpi.answers import Row, identity
from sdtools.connectors.glpi.assigning import HONEST_CLOCK
from sdtools.connectors.glpi.batches import Pacer, added, refused, unknown, updated, write_all
from sdtools.connectors.glpi.fields import PENDING, status_of
from sdtools.connectors.glpi.lists import Listing, readable_rows
from sdtools.connectors.glpi.reading import TicketReader
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.glpi.text import plain, to_html, why_not
from sdtools.connectors.glpi.ties import ARTICLES, PARENTS, PROBLEMS, ties_of
from sdtools.errors import DeskError
from sdtools.model.grades import OPEN

__all__ = ["MOST_ADDED", "add_comments", "add_links", "hold_tickets", "solve_tickets"]

MOST_ADDED = 50  # items: from about 80 the web server answers 502 although all are done (FACTS 8)

_SON_OF = 3
_TABLES = {"article": ARTICLES, "problem": PROBLEMS, "parent": PARENTS}

_Inputs = Sequence[Row | Written]  # what to send, or the reason why not


def add_comments(
    session: GlpiSession, comments: Sequence[NewComment], pacer: Pacer
) -> tuple[Written, ...]:
    """Add followups, private unless said otherwise."""
    inputs = [_comment_input(comment) for comment in comments]
    return _add(session, "ITILFollowup", inputs, pacer)


def add_links(session: GlpiSession, links: Sequence[NewLink], pacer: Pacer) -> tuple[Written, ...]:
    """Add links; one that exists already is ``there``, in whatever language GLPI refuses it."""
    answers: dict[int, Written] = {}
    for target, table in _TABLES.items():
        places = [place for place, one in enumerate(links) if one.link.target == target]
        inputs = [_checked(links[place].ticket, _link_input(links[place])) for place in places]
        results = _add_later(session, table.itemtype, inputs, pacer, started=bool(answers))
        answers |= dict(zip(places, results, strict=True))
    return _with_those_there(session, links, answers)


def hold_tickets(
    session: GlpiSession, holds: Sequence[NewHold], pacer: Pacer
) -> tuple[Written, ...]:
    """Set tickets to pending, then say why; the status is what counts for the outcome."""
    inputs = [
        _checked(
            hold.ticket,
            lambda ticket: {"id": ticket, "status": PENDING, HONEST_CLOCK: True},
            hold.text,
        )
        for hold in holds
    ]
    results = _through(
        inputs,
        lambda rows: write_all(rows, lambda batch: session.update("Ticket", batch), updated, pacer),
    )
    held = [place for place, result in enumerate(results) if result.state is WriteState.done]
    said = _say(session, [holds[place] for place in held], pacer)
    answers = dict(enumerate(results)) | dict(zip(held, said, strict=True))
    return tuple(answers[place] for place in range(len(holds)))


def solve_tickets(
    reader: TicketReader, solutions: Sequence[NewSolution], pacer: Pacer
) -> tuple[Written, ...]:
    """Solve tickets that are still open: GLPI itself takes a second solution (FACTS 8)."""
    session = reader.session
    rows = {identity(row, "id"): row for row in reader.rows([one.ticket for one in solutions])}
    codes = _solution_types(session) if any(one.code for one in solutions) else {}
    inputs = [_solution_input(one, rows.get(one.ticket), codes) for one in solutions]
    return _add(session, "ITILSolution", inputs, pacer)


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
        return Written(state=WriteState.there, detail=f"the ticket is {status or 'odd'} already")
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
    if not ticket.isdecimal() or not int(ticket):
        return refused(f"{ticket!r} is no ticket id")
    reason = why_not(text)
    if reason:
        return refused(reason)
    try:
        return build(int(ticket))
    except ValueError:
        return refused("what to link to is no id of this desk")


def _add(session: GlpiSession, itemtype: str, inputs: _Inputs, pacer: Pacer) -> tuple[Written, ...]:
    results = _through(
        inputs,
        lambda rows: write_all(rows, lambda batch: session.add(itemtype, batch), added, pacer),
    )
    return tuple(
        replace(result, id=f"{itemtype}/{result.id}") if result.id else result for result in results
    )


def _add_later(
    session: GlpiSession, itemtype: str, inputs: _Inputs, pacer: Pacer, *, started: bool
) -> tuple[Written, ...]:
    """Add; once something was sent, a desk that is gone is an answer and no error."""
    try:
        return _add(session, itemtype, inputs, pacer)
    except DeskError as error:
        if not started:
            raise
        return (unknown(f"not sent: {error}"),) * len(inputs)


def _through(inputs: _Inputs, write: Callable[[Sequence[Row]], Sequence[Written]]) -> list[Written]:
    """Send the inputs that can be sent, and put every answer back in its place."""
    results = iter(write([one for one in inputs if not isinstance(one, Written)]))
    return [one if isinstance(one, Written) else next(results) for one in inputs]


def _say(session: GlpiSession, holds: Sequence[NewHold], pacer: Pacer) -> tuple[Written, ...]:
    comments = [NewComment(ticket=one.ticket, text=one.text, public=False) for one in holds]
    try:
        said = add_comments(session, comments, replace(pacer, most=MOST_ADDED))
    except DeskError as error:
        said = (unknown(str(error)),) * len(holds)
    return tuple(
        replace(one, detail=f"pending, but the reason was not written: {one.detail}")
        if one.state is not WriteState.done
        else one
        for one in said
    )


def _with_those_there(
    session: GlpiSession, links: Sequence[NewLink], answers: Mapping[int, Written]
) -> tuple[Written, ...]:
    """Turn refusals of links that exist into ``there``; GLPI's own words differ (FACTS 8)."""
    failed = [
        place
        for place, answer in answers.items()
        if answer.state is WriteState.refused and links[place].ticket.isdecimal()
    ]
    found = dict(answers)
    if failed:
        tables = tuple(_TABLES.values())
        try:
            ties = ties_of(session, {int(links[place].ticket) for place in failed}, tables)
        except DeskError:
            ties = None
        for place in failed:
            link, ticket = links[place].link, int(links[place].ticket)
            if ties and any(tie.target == link.id for tie in ties.of(_TABLES[link.target], ticket)):
                found[place] = Written(state=WriteState.there)
    return tuple(found[place] for place in range(len(links)))
