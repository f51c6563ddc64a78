"""Writes in batches: sized by the clock, what is unclear looked up, nothing sent twice blindly."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event

from sdtools.connectors.desk import WriteState, Written
from sdtools.connectors.glpi.answers import Answer, Row
from sdtools.connectors.glpi.session import GlpiSession
from sdtools.connectors.pacing import Pacer, refused, unknown
from sdtools.errors import DeskError, DeskUnreachableError, UnknownOutcomeError

__all__ = ["Lane", "Pacers", "Work"]

_FIRST = 5  # items: at 400 ms each, 24 times what a real desk takes (FACTS 13), two seconds
_FEW_ADDED = 20  # as many as any server takes whose address is of a sane length
_AIM = 1.0  # seconds a request should last, so that none lasts 2: items are not all alike
_MOST_ADDED = 50  # from about 80 the web server answers 502 although all are done (FACTS 8)
_MOST_CHANGED = 100  # far below the server's limits, whatever the clock says
_HEAVIEST = 400_000  # bytes of a request: web servers refuse more than 1 MB unless told otherwise

# Requests in a row that brought nothing, weighed: a desk that is gone is soon left alone, one
# that stumbles over single items may do so a few times.
_ENOUGH = 6
_NO_IDEA, _STUMBLED = 3, 1

_QUICK = 10.0  # seconds: proxies give up on a desk that still works only after more than that
# A web server in front of GLPI did not like what is in this request, and let nothing through.
_NOT_LET_THROUGH = frozenset({400, 403, 405, 406, 413, 414, 422, 431})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of write: how to send it, how to judge the answer, and how to look it up.

    ``found`` reads the desk and gives what it holds of the inputs, None for what is not there.
    ``ticket`` is the column of the inputs that names their ticket.
    """

    kind: str  # POST ITILFollowup: what has its own speed
    send: Callable[[GlpiSession, Sequence[Row]], Answer]
    judge: Callable[[Sequence[Row], Answer], Sequence[Written]]
    found: Callable[[GlpiSession, Sequence[Row]], Sequence[Written | None]]
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacers:
    """The speed of each kind of write of one desk, in each lane; ``clock`` gives seconds."""

    clock: Callable[[], float]
    known: dict[tuple[str, int], Pacer] = field(default_factory=dict)

    def of(self, kind: str, lane: int = 0) -> Pacer:
        """Return the pace of a kind of write."""
        most = _MOST_ADDED if kind.startswith("POST") else _MOST_CHANGED
        fresh = Pacer(clock=self.clock, most=most, size=_FIRST, longest=_AIM)
        return self.known.setdefault((kind, lane), fresh)


class Lane:
    """Inputs on their way through one session at a time, in batches.

    What has no clear answer is looked up on the desk (FACTS 9: items before the one it died of
    are done, and nobody tells which). Only where GLPI has certainly stopped working is what it
    does not hold sent again: the first such item alone, for it is the one that broke the batch,
    then the others.
    """

    def __init__(self, inputs: Sequence[Row], work: Work, pacer: Pacer) -> None:
        self.error: DeskError | None = None  # why nothing at all was sent
        self._answers: dict[int, Written] = {}
        self._waiting = list(range(len(inputs)))
        self._inputs = inputs
        self._work = work
        self._pacer = pacer
        self._suspect: int | None = None  # what the last batch died of: it goes alone
        self._strikes = 0
        self._sent = False

    def go(self, session: GlpiSession, ended: Event) -> None:
        """Send what waits, until all is answered or ``ended``; ``error`` says why nothing was."""
        self.error = None
        try:
            while self._waiting and not ended.is_set():
                self._send_next(session)
        except DeskError as error:
            self.error = error

    def all_answers(self) -> list[Written]:
        """Return the answer to each input, in order."""
        return [self._answers[place] for place in range(len(self._inputs))]

    def give_up(self, why: str) -> None:
        """Say of what still waits that it was not sent."""
        self._settle(dict.fromkeys(tuple(self._waiting), unknown(f"not sent: {why}")))

    def _send_next(self, session: GlpiSession) -> None:
        """Send one batch and note what became of it."""
        places = self._batch()
        began = self._pacer.clock()
        try:
            answer = self._work.send(session, [self._inputs[place] for place in places])
        except UnknownOutcomeError as error:
            self._sent = True
            seconds = self._pacer.clock() - began
            self._look_up(session, places, unknown(str(error)), _end_of(error, seconds))
            too_many = error.status == HTTPStatus.BAD_GATEWAY and len(places) > _FEW_ADDED
            if too_many and not self._strikes:
                self._fewer(len(places))
        except DeskUnreachableError as error:
            self._not_taken(places, error)
        except DeskError as error:
            self._no_more(error)
        else:
            self._sent = True
            self._pacer.timed(len(places), began)
            self._take(session, places, answer)
        if self._strikes >= _ENOUGH:
            self.give_up("the desk gave no clear answer again and again")

    def _batch(self) -> list[int]:
        if self._suspect in self._waiting:
            return [self._suspect]
        places: list[int] = []
        weight = 0
        for place in self._waiting[: self._pacer.size]:
            weight += len(json.dumps(self._inputs[place]))
            if places and weight > _HEAVIEST:
                break
            places.append(place)
        return places

    def _take(self, session: GlpiSession, places: Sequence[int], answer: Answer) -> None:
        """Take what GLPI says; what it leaves open is looked up, for it has stopped working."""
        said = self._work.judge([self._inputs[place] for place in places], answer)
        told = dict(zip(places, said, strict=True))
        unclear = {place: one for place, one in told.items() if one.state is WriteState.unknown}
        self._settle({place: one for place, one in told.items() if place not in unclear})
        if len(unclear) < len(told):
            self._strikes = 0
        if unclear:
            first = next(iter(unclear.values()))
            self._look_up(session, tuple(unclear), first, _cannot(first.detail))

    def _look_up(
        self, session: GlpiSession, places: Sequence[int], answer: Written, end: Written | None
    ) -> None:
        """Settle what the desk holds; the rest is sent again if GLPI's work on it has an ``end``.

        ``end`` is what is said of an item that fails alone in the same way.
        """
        try:
            found = self._work.found(session, [self._inputs[place] for place in places])
        except DeskError:
            self._settle(dict.fromkeys(places, answer))
            self._strikes += _NO_IDEA
            return
        there = {place: one for place, one in zip(places, found, strict=True) if one is not None}
        missing = [place for place in places if place not in there]
        self._settle(there)
        self._strikes = 0 if there else self._strikes
        if end is None:
            self._settle(dict.fromkeys(missing, answer))
            self._strikes += _NO_IDEA if missing else 0
            self._pacer.size = max(1, len(places) // 2)
        elif missing == [self._suspect]:
            self._settle({missing[0]: end})
            self._strikes += _STUMBLED
        elif missing:
            self._suspect = missing[0]
            self._strikes += _STUMBLED

    def _fewer(self, items: int) -> None:
        """Never send as many again: all was done, and the answer was too big (FACTS 8).

        How many fit depends on the length of GLPI's own address.
        """
        most = max(items // 2, _FEW_ADDED)
        self._pacer.most = min(self._pacer.most, most)
        self._pacer.size = min(self._pacer.size, most)

    def _not_taken(self, places: Sequence[int], error: DeskUnreachableError) -> None:
        """Send less at once when a web server let nothing through: one of them may be why."""
        if error.status not in _NOT_LET_THROUGH:
            self._no_more(error)
        elif len(places) > 1:
            self._pacer.size = max(1, len(places) // 2)
        else:
            self._settle({places[0]: refused(f"it does not reach the desk: {error}")})
            self._strikes += _NO_IDEA

    def _no_more(self, error: DeskError) -> None:
        if not self._sent and not self._answers:
            raise error
        self.give_up(str(error))

    def _settle(self, answers: dict[int, Written]) -> None:
        self._answers |= answers
        self._waiting = [place for place in self._waiting if place not in answers]


def _cannot(why: str) -> Written:
    return refused(f"the desk cannot do it: {why}")


def _end_of(error: UnknownOutcomeError, seconds: float) -> Written | None:
    """Say how GLPI's work on a request has ended, whatever it did of it; None if it may go on.

    Its own crash is a 200 without a body. A web server that answers soon for it has lost it; one
    that answers late, or a line that dropped, may have left it at work.
    """
    if HTTPStatus.OK <= error.status < HTTPStatus.MULTIPLE_CHOICES:
        return _cannot(str(error))
    lost = HTTPStatus.INTERNAL_SERVER_ERROR <= error.status < HTTPStatus.GATEWAY_TIMEOUT
    return unknown(str(error)) if lost and seconds < _QUICK else None
