"""A session at a ServiceNow: pysnow for single records, the rest spoken on the same session."""

from __future__ import annotations

import warnings
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests

from sdtools.connectors.http import DeskHttp, Wait, moment_of, sleep
from sdtools.connectors.line import CutAnswerError
from sdtools.connectors.servicenow.answers import (
    FILE,
    Answer,
    Row,
    is_id,
    read_answer,
    refusal,
    text,
)
from sdtools.connectors.servicenow.lines import WORKERS, Lines
from sdtools.connectors.servicenow.longreads import (
    LONGEST,
    batched_answer,
    batched_answers,
    batched_question,
    batched_questions,
    is_clear,
    pause_after,
    settled,
)
from sdtools.connectors.servicenow.options import ApiKey, Basic, Credentials, OAuth, Place
from sdtools.connectors.servicenow.tokens import TOKEN_PATH, TokenSource
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = ["BATCH", "READING", "READS", "ServiceNowSession", "query_string"]

BATCH = "/api/now/v1/batch"
READING = "/api/now/batch"  # the same (FACTS 1): what goes there only reads, and may be repeated
READS = (TOKEN_PATH, READING)  # what may be repeated although it is POSTed
_ME = "sys_id=javascript:gs.getUserID()"
_MY_FIELDS = "sys_id,user_name,name,time_zone,preferred_language"
_BEARER = "Bearer "
_KEPT = ",:=()*@!"  # what a query string may hold as it is: encoded it would grow threefold


def query_string(parameters: Mapping[str, str]) -> str:
    """Encode the parameters of a url, once, and no longer than they must be (FACTS 4.8)."""
    return urlencode(parameters, quote_via=quote, safe=_KEPT)


class ServiceNowSession:
    """Requests with the account's credentials, from several threads at a time if need be.

    The first one asks who we are.
    """

    def __init__(
        self,
        http: DeskHttp,
        place: Place,
        credentials: Credentials,
        clock: Callable[[], float],
        workers: int = WORKERS,
        wait: Wait = sleep,
    ) -> None:
        self.desk = http.desk
        self.place = place
        self._wait = wait
        self._lines = Lines(http, workers)
        self._credentials = credentials
        self._tokens = (
            TokenSource(self._lines.login, place.url, credentials, clock)
            if isinstance(credentials, OAuth)
            else None
        )
        self._me: Row | None = None
        self._longest = LONGEST
        self._foreseen: dict[tuple[str, str], Answer] = {}
        self._at: datetime | None = None

    @property
    def requests(self) -> int:
        """Count the HTTP requests sent so far."""
        return self._lines.requests

    @property
    def me(self) -> Row:
        """Return our own user record; it is asked for once."""
        if self._me is None:
            self._me = self._who()
        return self._me

    @property
    def opened_at(self) -> datetime | None:
        """Return the server's time at the first answer, in UTC; None when it does not say."""
        if self._me is None:
            self._me = self._who()
        return self._at

    def get(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Read as ``ask`` does, a second time when the line broke in the middle of the answer."""
        try:
            return self.ask(path, parameters)
        except CutAnswerError:
            return self.ask(path, parameters)

    def ask(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Read; refusals and lists that are cut off come back as the answer.

        What is too long for a url goes in a batch. Raises CutAnswerError when the line broke.
        """
        query = query_string(parameters)
        foreseen = self._foreseen.pop((path, query), None)
        if foreseen is not None:
            return foreseen
        if len(path) + len(query) > self._longest:
            return self._ask_in_batch(path, query)
        try:
            return self._send(lambda line: line.get(f"{self.place.url}{path}?{query}"))
        except DeskUnreachableError as error:
            if error.status != HTTPStatus.REQUEST_URI_TOO_LONG:
                raise
            self._longest = len(path) + len(query) - 1  # a proxy on the way takes less
            return self._ask_in_batch(path, query)

    def foresee(self, questions: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Ask in one request what is about to be asked, and keep each answer for the first to ask.

        What has no clear answer is not kept: it is asked by itself then, and told as ever.
        """
        asked = [(path, query_string(parameters)) for path, parameters in questions]
        self._foreseen.clear()
        try:
            outer = self.post(READING, batched_questions(asked))
        except DeskUnreachableError:
            return
        if outer.status != HTTPStatus.OK:
            return
        for question, answer in zip(asked, batched_answers(outer, len(asked)), strict=True):
            if is_clear(answer):
                self._foreseen[question] = answer

    def post(self, path: str, body: Mapping[str, object]) -> Answer:
        """Send a document; refusals come back as the answer."""
        return self._send(lambda line: line.post(f"{self.place.url}{path}", json=body))

    def file(self, path: str) -> Answer:
        """Download; refusals come back as the answer."""
        url = f"{self.place.url}{path}"
        return self._send(lambda line: line.get(url, headers={"Accept": FILE}))

    def put_file(
        self, path: str, parameters: Mapping[str, str], media: str, content: bytes
    ) -> Answer:
        """Upload; refusals come back as the answer."""
        url = f"{self.place.url}{path}?{query_string(parameters)}"
        headers = {"Content-Type": media}
        return self._send(lambda line: line.post(url, data=content, headers=headers))

    def _ask_in_batch(self, path: str, query: str) -> Answer:
        """Ask inside a batch; what is busy in there is waited for, as outside of it."""
        tries = 1
        while True:
            answer = batched_answer(self.post(READING, batched_question(path, query)))
            pause = pause_after(answer, tries)
            if pause is None:
                return settled(self.desk, answer)
            self._wait(pause)
            tries += 1

    def record(self, table: str, sys_id: str, fields: str) -> Row | None:
        """Read one record by pysnow; None when it is not there, or not for us."""
        answer = self._on(table, "GET", sys_id, fields)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.desk, answer, f"reading a record of {table}")
        return answer.row

    def patch(self, table: str, sys_id: str, values: Mapping[str, str]) -> Answer:
        """Change one record by pysnow; refusals come back as the answer."""
        return self._on(table, "PATCH", sys_id, ",".join(("sys_id", *values)), json=dict(values))

    def close(self) -> None:
        """Let go of the connections; ServiceNow needs no logging out."""
        self._lines.close()

    def _on(self, table: str, method: str, sys_id: str, fields: str, **body: object) -> Answer:
        """Call pysnow on a resource of its own: shared ones mix their parameters (FACTS (a) 5)."""
        if not is_id(sys_id):
            raise DeskRefusedError(f"desk {self.desk}: {sys_id!r} is no sys_id")

        def call(line: DeskHttp) -> None:
            resource = self._pysnow(line).resource(api_path=f"/table/{table}")
            resource.parameters.fields = fields.split(",")
            resource.parameters.exclude_reference_link = True
            resource.request(method, path_append=sys_id, **body)

        return self._send(call)

    def _pysnow(self, line: DeskHttp) -> Any:  # a pysnow.Client, which carries no types
        """Make a client; importing it takes a third of a second, once."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its pytz is of 2019
            import pysnow

        parts = urlsplit(self.place.url)
        headers = dict(line.headers)
        client = pysnow.Client(host=parts.netloc, use_ssl=parts.scheme == "https", session=line)
        line.headers = headers  # it put its own name there
        return client

    def _send(self, call: Callable[[DeskHttp], object]) -> Answer:
        with self._lines.one() as line:
            answer = self._once(line, call)
            if answer.status == HTTPStatus.UNAUTHORIZED and self._tokens:
                # Refused before anything was done: safe to repeat.
                self._tokens.forget(str(line.headers["Authorization"]).removeprefix(_BEARER))
                answer = self._once(line, call)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise refusal(self.desk, answer, "the login")
        return answer

    def _once(self, line: DeskHttp, call: Callable[[DeskHttp], object]) -> Answer:
        line.headers.update(self._authorisation())
        line.last = None
        with suppress(requests.HTTPError):  # pysnow raises it, and loses what the desk said
            call(line)
        return self._last(line)

    def _last(self, line: DeskHttp) -> Answer:
        response = line.last
        if response is None:
            raise DeskUnreachableError(f"desk {self.desk}: the request could not be made")
        return read_answer(response)

    def _authorisation(self) -> dict[str, str]:
        accepted = {"Accept": "application/json", "User-Agent": "sdtools"}
        match self._credentials:
            case Basic(user=user, password=password):
                pair = b64encode(f"{user}:{password}".encode()).decode()
                return accepted | {"Authorization": f"Basic {pair}"}
            case ApiKey(key=key):
                return accepted | {"x-sn-apikey": key}
            case OAuth():
                token = self._tokens.token() if self._tokens else ""
                return accepted | {"Authorization": f"{_BEARER}{token}"}

    def _who(self) -> Row:
        """Ask for our own record.

        Where the instance does not evaluate scripts in queries, the condition is dropped and
        others come too (FACTS 5): then the name of the login decides.
        """
        rows = self._users(_ME)
        user = getattr(self._credentials, "user", "")
        if user and (len(rows) != 1 or text(rows[0], "user_name").lower() != user.lower()):
            rows = self._users(f"user_name={user.replace('^', '^^')}")
        return rows[0] if len(rows) == 1 else {}

    def _users(self, query: str) -> list[Row]:
        answer = self.get(
            "/api/now/table/sys_user",
            {"sysparm_query": query, "sysparm_fields": _MY_FIELDS, "sysparm_limit": "2"},
        )
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.desk, answer, "reading who we are")
        if not answer.whole or not isinstance(answer.result, list):
            raise DeskUnreachableError(
                f"desk {self.desk}: what answered is no ServiceNow",
                "check the url: it must be that of an instance, such as "
                "https://example.service-now.com",
            )
        self._at = self._at or moment_of(answer.headers.get("Date", ""))
        return [row for row in answer.result if isinstance(row, dict)]
