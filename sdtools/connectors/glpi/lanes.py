"""Writes on two sessions at a time, each with its own tickets: GLPI works on as many at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

from sdtools.connectors.desk import Written
from sdtools.connectors.glpi.answers import Row
from sdtools.connectors.glpi.batches import Lane, Pacers, Work
from sdtools.connectors.glpi.session import GlpiSession

__all__ = ["write_all"]

_ALONE = frozenset({"POST ITILSolution"})  # nothing guards a ticket against a second (FACTS 8)
_FEW = 10  # items: they are done before a second session has logged in


def write_all(
    session: GlpiSession, inputs: Sequence[Row], work: Work, pacers: Pacers
) -> list[Written]:
    """Send everything in batches; answer one Written for each input, in order.

    Many go in two lanes: this session, and one of its crew. What is about one ticket stays in
    one lane, in its order. Raises only when nothing at all was sent.
    """
    alone = session.crew is None or work.kind in _ALONE
    parts = [range(len(inputs))] if alone else _parts(inputs, work.ticket)
    lanes = [
        Lane([inputs[place] for place in part], work, pacers.of(work.kind, number))
        for number, part in enumerate(parts)
    ]
    _send(session, lanes)
    _hand_over(session, lanes)
    answers = {
        place: answer
        for part, lane in zip(parts, lanes, strict=True)
        for place, answer in zip(part, lane.all_answers(), strict=True)
    }
    return [answers[place] for place in range(len(inputs))]


def _parts(inputs: Sequence[Row], ticket: str) -> list[Sequence[int]]:
    """Part the places of the inputs in two, by ticket; few stay together."""
    tickets = list(dict.fromkeys(row[ticket] for row in inputs))
    if len(inputs) <= _FEW or len(tickets) == 1:
        return [range(len(inputs))]
    first = frozenset(tickets[: (len(tickets) + 1) // 2])
    return [
        [place for place, row in enumerate(inputs) if (row[ticket] in first) is side]
        for side in (True, False)
    ]


def _send(session: GlpiSession, lanes: Sequence[Lane]) -> None:
    """Let the first lane go here and the second beside it; both have ended when this does."""
    ended = Event()  # whoever is interrupted here begins no other request there
    own, *others = lanes
    if session.crew is None or not others:
        own.go(session, ended)
        return
    with ThreadPoolExecutor(1) as pool:
        beside = session.crew.later(pool, partial(others[0].go, ended=ended))
        try:
            own.go(session, ended)
            beside()
        finally:
            ended.set()


def _hand_over(session: GlpiSession, lanes: Sequence[Lane]) -> None:
    """Send here what a lane could not even begin with, where another went well: a login, say."""
    stuck = [lane for lane in lanes if lane.error]
    if len(stuck) == len(lanes):
        raise stuck[0].error or AssertionError
    for lane in stuck:
        lane.go(session, Event())
        if lane.error:
            lane.give_up(str(lane.error))
