"""A session at a GLPI: glpi-api for login and writes, on our own HTTP session (FACTS 1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar
from warnings import catch_warnings

import glpi_api

from sdtools.connectors.glpi.answers import (
    SESSION_GONE,
    Answer,
    Row,
    error_code,
    integer,
    is_id,
    read_answer,
    refusal,
    rows_in,
    string,
)
from sdtools.connectors.glpi.api import Api
from sdtools.connectors.glpi.crew import Crew
from sdtools.connectors.glpi.options import Login
from sdtools.connectors.glpi.text import plain
from sdtools.connectors.http import DeskHttp, moment_of
from sdtools.errors import (
    ConfigError,
    DeskError,
    DeskRefusedError,
    DeskUnreachableError,
    SdtoolsError,
)

__all__ = ["GlpiSession"]

T = TypeVar("T")

# What glpi-api raises, on purpose or because an answer is not what it takes it for.
_ITS_ERRORS = (glpi_api.GLPIError, LookupError, TypeError, ValueError)
_UPLOADS = "see Setup > Dropdowns > Document types, and the web server's limit of size"
_NOT_A_GLPI = "check the url: it must end with /apirest.php and belong to a GLPI"


def positive(id: str) -> int:
    """Return an id as a number; raise DeskRefusedError for one that names no item."""
    if not is_id(id):
        raise DeskRefusedError(f"{id!r} is not the id of an item", "give a number from 1")
    return int(id)


class GlpiSession:
    """A login that opens with the first request and renews itself when it expires."""

    def __init__(self, desk: str, login: Login, http: DeskHttp, crew: Crew | None = None) -> None:
        """Make a session; with a ``crew`` it has several things read at a time."""
        self.desk = desk
        self.crew = crew
        self.halted = False  # nothing more is asked, in whatever call
        self._login = login
        self._http = http
        self._api: Api | None = None
        self._told: Row = {}
        self._at: datetime | None = None

    @property
    def told(self) -> Row:
        """Return what GLPI told of the session at login (its PHP session)."""
        self._open()
        return self._told

    @property
    def opened_at(self) -> datetime | None:
        """Return the server's time at login, if it says; in UTC."""
        self._open()
        return self._at

    @property
    def is_open(self) -> bool:
        """Tell whether it has logged in."""
        return self._api is not None

    @property
    def requests(self) -> int:
        """Count the HTTP requests sent so far, those of the crew included."""
        return self._http.count + (self.crew.requests if self.crew else 0)

    def together(self, calls: Sequence[Callable[[GlpiSession], T]]) -> list[T]:
        """Make calls that read, each with a session; their results come in order.

        Raises the first error in that order.
        """
        if self.crew is None or len(calls) == 1:
            return self.in_turn(calls)
        return self.crew.together(calls)

    def at_hand(self, calls: Sequence[Callable[[GlpiSession], T]]) -> list[T]:
        """Make small calls with the workers that have logged in: for these alone none does."""
        if self.crew is None or not self.crew.awake:
            return self.in_turn(calls)
        return self.crew.together(calls, self.crew.awake)

    def in_turn(self, calls: Sequence[Callable[[GlpiSession], T]]) -> list[T]:
        """Make calls one after the other, all with this session."""
        return [call(self) for call in calls]

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read; raise DeskRefusedError on a refusal, with the code and status."""
        url = f"{self._login.url}/{path}"
        answer = self._send(lambda api: api.session.get(url, params=params))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.desk, answer, f"reading {path}")
        return answer

    def item(self, itemtype: str, id: str) -> Answer:
        """Read one item; raise DeskRefusedError on a refusal, also when it does not exist.

        An id that is no positive number is never sent: GLPI would answer it with a list (FACTS 3).
        """
        answer = self._send(lambda api: api.get_item(itemtype, positive(id), get_hateoas="false"))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.desk, answer, f"reading {itemtype} {id}")
        return answer

    def search_options(self, itemtype: str) -> Row:
        """Read what each number of a search or of a history row means for an item type."""
        answer = self._send(lambda api: api.list_search_options(itemtype))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.desk, answer, f"reading the search options of {itemtype}")
        return answer.data if isinstance(answer.data, dict) else {}

    def upload(self, name: str, file: Path) -> str:
        """Upload a file as a document and return its id.

        Raises DeskRefusedError with GLPI's own word when it does not take the file (its kind, its
        size); glpi-api then removes the empty document that GLPI made (FACTS 11).
        """
        quoted = json.dumps(name)[1:-1]  # glpi-api pastes the name into JSON as it is
        with catch_warnings(action="ignore"):  # it warns of what it also raises
            try:
                made = self._open().upload_document(quoted, str(file))
            except glpi_api.GLPIError as error:
                raise DeskRefusedError(f"desk {self.desk}: {error}", _UPLOADS) from None
        return str(made["id"])

    def download(self, document: str, folder: Path, name: str) -> Path:
        """Write the file of a document into a folder, under a name of our own choice."""
        target = folder / Path(name).name  # the desk's name for it is not to be trusted
        try:
            self._open().download_document(positive(document), str(folder), target.name)
        except glpi_api.GLPIError:
            raise refusal(self.desk, self._last(), f"downloading document {document}") from None
        return target

    def config(self) -> Row:
        """Read GLPI's general configuration."""
        answer = self._send(lambda api: api.get_config())
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(self.desk, answer, "reading the configuration")
        data = answer.data
        inner = data.get("cfg_glpi") if isinstance(data, dict) else None
        return inner if isinstance(inner, dict) else {}

    def add(self, itemtype: str, inputs: Sequence[Row]) -> Answer:
        """Add items; refusals come back as the answer."""
        return self._send(lambda api: api.add(itemtype, *inputs))

    def update(self, itemtype: str, inputs: Sequence[Row]) -> Answer:
        """Update items, each with its ``id``; refusals come back as the answer."""
        return self._send(lambda api: api.update(itemtype, *inputs))

    def delete(self, itemtype: str, ids: Sequence[str]) -> Answer:
        """Delete links or items; refusals come back as the answer."""
        inputs = [{"id": int(one)} for one in ids]
        return self._send(lambda api: api.delete(itemtype, *inputs))

    def close(self) -> None:
        """Log out, the crew too; a desk that is gone by now is no reason to fail."""
        if self.crew is None:
            self._log_out()
        else:
            self.crew.close(self._log_out)

    def _log_out(self) -> None:
        if self._api is not None:
            with suppress(*_ITS_ERRORS, DeskError):
                self._api.kill_session()
        self._forget()

    def abandon(self) -> None:
        """Forget the session, and the crew's, without asking a desk that no longer answers."""
        if self.crew is not None:
            self.crew.abandon()
        self._forget()

    def _forget(self) -> None:
        self._api = None
        self._http.close()

    def _send(self, call: Callable[[Api], object]) -> Answer:
        answer = self._once(call)
        if error_code(answer) == SESSION_GONE:
            self._api = None  # refused before anything was done: safe to repeat
            answer = self._once(call)
        return answer

    def _once(self, call: Callable[[Api], object]) -> Answer:
        self._go_on()
        api = self._open()
        self._go_on()
        self._http.last = None
        # The answer itself says more than the error: glpi-api loses the status and the list.
        with suppress(*_ITS_ERRORS):
            call(api)
        return self._last()

    def _go_on(self) -> None:
        if self.halted:
            raise DeskUnreachableError(f"desk {self.desk}: it is no longer asked")

    def _last(self) -> Answer:
        response = self._http.last
        if response is None:
            raise DeskUnreachableError(f"desk {self.desk}: the request could not be made")
        return read_answer(self.desk, response)

    def _open(self) -> Api:
        if self._api is None:
            self._api = self._log_in()
            try:
                self._choose_entities(self._api)
            except SdtoolsError:
                self._api = None  # never work in other entities than those wanted
                raise
        return self._api

    def _log_in(self) -> Api:
        try:
            api = Api(self._login, self._http)
        except glpi_api.GLPIError:
            raise refusal(self.desk, self._last(), "the login") from None
        except (LookupError, TypeError, ValueError):
            raise DeskUnreachableError(
                f"desk {self.desk}: what answered the login is no GLPI", _NOT_A_GLPI
            ) from None
        answer = self._last()
        told = answer.data.get("session") if isinstance(answer.data, dict) else None
        self._told = told if isinstance(told, dict) else {}
        self._at = moment_of(answer.headers.get("Date", ""))
        return api

    def _choose_entities(self, api: Api) -> None:
        wanted = self._login.entity
        if wanted == "all":
            if integer(self._told, "glpishowallentities"):
                return
            # Without entities_id: sent as "all" it would mean the root alone (FACTS 1).
            body: dict[str, object] = {"is_recursive": True}
        else:
            body = {"entities_id": self._entity_id(api, wanted), "is_recursive": True}
        api.session.post(f"{self._login.url}/changeActiveEntities", json=body)
        answer = self._last()
        if answer.data is not True:  # an unknown entity answers 200 and false
            raise refusal(self.desk, answer, f"working in the entity {wanted!r}")

    def _entity_id(self, api: Api, path: str) -> int:
        api.session.get(f"{self._login.url}/getMyEntities", params={"is_recursive": "true"})
        data = self._last().data
        mine = rows_in(data.get("myentities")) if isinstance(data, dict) else []
        by_path = {plain(string(row, "name")): integer(row, "id") for row in mine}
        for known, number in by_path.items():
            if known.casefold() == path.casefold():
                return number
        raise ConfigError(
            f"desk {self.desk}: the account sees no entity {path!r}",
            f"write the full path of one of: {', '.join(sorted(by_path)) or 'none'}",
        )
