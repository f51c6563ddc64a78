"""What GLPI wrote late: it dates all that a process writes by the time at which that one began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from sdtools.connectors.desk import Known
from sdtools.connectors.glpi.history import CHANGED, CREATED, LINKED, PARTS, Entry
from sdtools.model.ticket import Ticket

__all__ = ["LATE", "late_lines"]

LATE = timedelta(hours=6)  # what a process writes that runs longer is found at night
_ALIKE = timedelta(seconds=1)
# Of what moves a ticket's date_mod for sure (FACTS 10).
_SAID = frozenset({"ITILFollowup", "TicketTask", "ITILSolution", "TicketValidation"})


def late_lines(lines: Sequence[Entry], begin: datetime, known: Known) -> tuple[Entry, ...]:
    """Return those of before ``begin`` that tell of what is not held; ``lines`` come newest first.

    A ticket is held with the date of the newest line that was there when it was read: what was
    written since, and is dated before, shows no younger date, but it is another.
    """
    told: defaultdict[str, list[Entry]] = defaultdict(list)
    for line in lines:
        if line.ticket and (line.action == CREATED or _moves(line)):
            told[line.ticket].append(line)
    first = begin - LATE
    suspects = [id for id, own in told.items() if any(first <= line.at < begin for line in own)]
    held = known(suspects) if suspects else {}
    unseen = (line for id in suspects for line in _unseen(told[id], held.get(id)))
    return tuple(line for line in unseen if first <= line.at < begin)


def _moves(line: Entry) -> bool:
    """Tell whether what a line tells of moved the date of its ticket, too."""
    if line.action in PARTS:
        return line.other in _SAID
    return line.action == CHANGED or (
        line.action == LINKED and (line.option > 0 or line.other == "Document")
    )


def _unseen(lines: Sequence[Entry], held: Ticket | None) -> Sequence[Entry]:
    """Return which of a ticket's lines were not there when it was read."""
    if held is None:  # it is new, or none that we see
        return [line for line in lines if line.action == CREATED]
    newest = lines[0].at
    if held.deleted or abs(newest - held.updated) <= _ALIKE:
        return ()
    if newest > held.updated:
        return [line for line in lines if line.at - held.updated > _ALIKE]
    read = [line.id for line in lines if abs(line.at - held.updated) <= _ALIKE]
    return [*takewhile(lambda line: line.id not in read, lines)] if read else ()
