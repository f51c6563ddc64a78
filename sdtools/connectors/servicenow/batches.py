"""Writes through the Batch API: each request judged by its own answer, nothing sent twice.

Some batches are under way at a time; what concerns one ticket goes in order, in one of them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from sdtools.connectors.desk import WriteState, Written
from sdtools.connectors.pacing import Pacer, done, refused, unknown
from sdtools.connectors.servicenow.answers import Answer, Row, refusal, said, text
from sdtools.connectors.servicenow.lines import WORKERS
from sdtools.connectors.servicenow.session import BATCH, ServiceNowSession, query_string
from sdtools.connectors.workers import in_parallel
from sdtools.errors import DeskError, UnknownOutcomeError

__all__ = ["FIRST", "LONGEST", "MOST", "Reply", "Request", "is_write_done", "send_all"]

MOST = 50  # requests in a batch: at 0.6 s each it must end within 30 s (FACTS 6, 14)
FIRST = 30  # as many when nothing is known yet: 18 s of those 30
LONGEST = 10.0  # seconds that a batch should take: a third of what it may
_ROUNDS = 3  # how often a request that was not looked at is sent again
_LOST = 2  # batches in a row without a clear answer: the desk is gone, stop asking
_WORTH = 5  # requests that are worth a batch of their own: as long as the way there and back
_TOO_LARGE = "Rejected large REST payload"
_HEADERS = [
    {"name": "Content-Type", "value": "application/json"},
    {"name": "Accept", "value": "application/json"},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One write; ``again``: to do it twice does no harm, as with absolute values."""

    method: str
    path: str  # /table/incident/<sys_id>
    values: Mapping[str, str]
    again: bool

    @property
    def subject(self) -> str:
        """Return what it is about: a ticket, or a record of its own."""
        return self.values.get("task", self.path)

    def document(self, name: str) -> dict[str, object]:
        """Return the request as a part of a batch; the answer is to show what was written."""
        shown = query_string(
            {
                "sysparm_fields": ",".join(dict.fromkeys(("sys_id", *self.values))),
                "sysparm_display_value": "false",
                "sysparm_exclude_reference_link": "true",
            }
        )
        return {
            "id": name,
            "method": self.method,
            "url": f"/api/now{self.path}?{shown}",
            "headers": _HEADERS,
            "body": b64encode(json.dumps(dict(self.values)).encode()).decode(),
            "exclude_response_headers": True,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a request, and the record as it is now, as far as it was shown."""

    written: Written
    row: Row = field(default_factory=dict)


def send_all(session: ServiceNowSession, requests: Sequence[Request], pacer: Pacer) -> list[Reply]:
    """Send everything in batches; answer one Reply for each request, in order.

    Raises only when nothing at all was sent. What has no clear answer is unknown and is not sent
    again from here; what the desk says it did not look at is, if that can do no harm.
    """
    sending = _Sending(session, requests, pacer)
    while sending.waiting:
        sending.send_next()
    return [sending.replies[place] for place in range(len(requests))]


def is_write_done(reply: Reply) -> bool:
    """Tell whether a write was clearly done."""
    return reply.written.state is WriteState.done


class _Sending:
    """Requests on their way."""

    def __init__(
        self, session: ServiceNowSession, requests: Sequence[Request], pacer: Pacer
    ) -> None:
        self.replies: dict[int, Reply] = {}
        self.waiting = list(range(len(requests)))
        self._session = session
        self._requests = requests
        self._pacer = pacer
        self._tries = dict.fromkeys(self.waiting, 0)
        self._lost = 0

    def send_next(self) -> None:
        """Send some batches and note what became of them."""
        shares = self._shares()
        answers = in_parallel([partial(self._post, places) for places in shares], WORKERS)
        # What was clearly not sent comes last: by then it shows whether anything was.
        for places, answer in sorted(
            zip(shares, answers, strict=True), key=lambda pair: _is_unsent(pair[1])
        ):
            self._note(places, answer)
        if self._lost >= _LOST:
            self._give_up("the desk gave no clear answer twice")

    def _shares(self) -> list[list[int]]:
        """Part what goes next among the workers; a ticket's requests stay together."""
        most = self._pacer.size
        wanted = min(WORKERS, max(len(self.waiting) // _WORTH, 1))
        shares: list[list[int]] = [[] for _ in range(wanted)]
        share_of: dict[str, list[int]] = {}
        for place in self.waiting:
            subject = self._requests[place].subject
            share = share_of.setdefault(subject, min(shares, key=len))
            if len(share) < most:  # a full one takes nothing more, so that none overtakes another
                share.append(place)
        return [share for share in shares if share]

    def _post(self, places: Sequence[int]) -> Answer | DeskError:
        """Send a batch; an error of the desk is an answer, too."""
        began = self._pacer.clock()
        try:
            answer = self._session.post(BATCH, self._document(places))
        except DeskError as error:
            return error
        if answer.status >= HTTPStatus.BAD_REQUEST:
            too_large = _is_too_large(answer) and len(places) > 1
            return answer if too_large else refusal(self._session.desk, answer, "a batch of writes")
        self._pacer.timed(len(places), began)
        return answer

    def _note(self, places: Sequence[int], answer: Answer | DeskError) -> None:
        if isinstance(answer, UnknownOutcomeError):
            self._settle(dict.fromkeys(places, unknown(str(answer))))
            self._lost += 1
        elif isinstance(answer, DeskError):
            if not self.replies and not any(self._tries.values()):
                raise answer
            self._give_up(str(answer))
        elif answer.status >= HTTPStatus.BAD_REQUEST:
            self._pacer.size = max(1, len(places) // 2)  # too large: nothing of it was looked at
        else:
            self._read(places, answer)

    def _document(self, places: Sequence[int]) -> dict[str, object]:
        return {
            "batch_request_id": "1",
            "rest_requests": [self._requests[place].document(str(place)) for place in places],
        }

    def _read(self, places: Sequence[int], answer: Answer) -> None:
        self._lost = 0
        data = answer.data if isinstance(answer.data, dict) else {}
        items = {text(item, "id"): item for item in _items(data.get("serviced_requests"))}
        for place in places:
            self._tries[place] += 1
            item = items.get(str(place))
            if item is None or _status(item) == HTTPStatus.TOO_MANY_REQUESTS:
                self._not_looked_at(place)
            else:
                self.replies[place] = _reply(item)
                self.waiting.remove(place)

    def _not_looked_at(self, place: int) -> None:
        """Let it wait for the next round; a write that must not be doubled waits for a look."""
        if self._requests[place].again and self._tries[place] < _ROUNDS:
            self._pacer.size = max(1, self._pacer.size // 2)
            return
        self._settle({place: unknown("not sent: the desk ran out of its time for a batch")})

    def _settle(self, written: Mapping[int, Written]) -> None:
        for place, one in written.items():
            self.replies[place] = Reply(written=one)
            self.waiting.remove(place)

    def _give_up(self, why: str) -> None:
        self._settle(dict.fromkeys(tuple(self.waiting), unknown(f"not sent: {why}")))


def _is_unsent(answer: Answer | DeskError) -> bool:
    return isinstance(answer, DeskError) and not isinstance(answer, UnknownOutcomeError)


def _items(value: object) -> Sequence[Row]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _is_too_large(answer: Answer) -> bool:
    return answer.status == HTTPStatus.BAD_REQUEST and _TOO_LARGE in said(answer.data)


def _status(item: Row) -> int:
    value = item.get("status_code")
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else 0


def _reply(item: Row) -> Reply:
    status, data = _status(item), _body(item)
    row = data.get("result") if isinstance(data, dict) else None
    row = row if isinstance(row, dict) else {}
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Reply(written=done(text(row, "sys_id")), row=row)
    words = said(data) or f"status {status}"
    if status == HTTPStatus.NOT_FOUND:
        words = "the desk has no such record, or none that this account may change"
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Reply(written=refused(words))
    return Reply(written=unknown(words))


def _body(item: Row) -> object:
    body = item.get("body")
    try:
        found: object = json.loads(b64decode(body)) if isinstance(body, str) and body else None
    except ValueError:
        return None
    return found
