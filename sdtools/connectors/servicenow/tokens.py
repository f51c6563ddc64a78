"""OAuth tokens of a ServiceNow: asked for directly, kept until they end or are refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus

from sdtools.connectors.http import DeskHttp
from sdtools.connectors.servicenow.answers import Answer, read_answer
from sdtools.connectors.servicenow.options import OAuth
from sdtools.errors import DeskRefusedError, DeskUnreachableError

__all__ = ["TOKEN_PATH", "TokenSource"]

TOKEN_PATH = "/oauth_token.do"  # noqa: S105  # a path
_USUAL = 1800.0  # seconds that a token lives unless its answer says otherwise (FACTS 2.1)


class TokenSource:
    """Gives the access token of one client, to several lines at the same time.

    pysnow cannot: it knows the password grant alone and makes a session of its own each time.
    """

    def __init__(
        self, http: DeskHttp, url: str, credentials: OAuth, clock: Callable[[], float]
    ) -> None:
        self._http = http
        self._url = f"{url}{TOKEN_PATH}"
        self._credentials = credentials
        self._clock = clock
        self._token = ""
        self._ends = 0.0
        self._lock = threading.Lock()

    def token(self) -> str:
        """Return a token that should be good; raise DeskRefusedError when none is given."""
        with self._lock:
            if not self._token or self._clock() >= self._ends:
                self._ask()
            return self._token

    def forget(self, refused: str) -> None:
        """Drop a token that the desk refused, unless another line has a new one already."""
        with self._lock:
            if self._token == refused:
                self._token = ""

    def _ask(self) -> None:
        response = self._http.post(
            self._url,
            data=self._form(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",  # JSON is not understood
                "Authorization": None,
            },
        )
        answer = read_answer(response)
        data = answer.data if isinstance(answer.data, dict) else {}
        token = data.get("access_token")
        if answer.status != HTTPStatus.OK or not isinstance(token, str) or not token:
            raise self._no(answer)
        lasts = data.get("expires_in")
        self._token = token
        self._ends = self._clock() + (float(lasts) if isinstance(lasts, int) else _USUAL)

    def _form(self) -> dict[str, str]:
        told = self._credentials
        form = {
            "grant_type": told.grant,
            "client_id": told.client_id,
            "client_secret": told.client_secret,
        }
        if told.grant == "password":
            form |= {"username": told.user, "password": told.password}
        return form

    def _no(self, answer: Answer) -> DeskRefusedError | DeskUnreachableError:
        """Say what may be wrong; the desk says the same for every cause (FACTS 2.1)."""
        desk = self._http.desk
        if answer.status == HTTPStatus.OK:
            return DeskUnreachableError(
                f"desk {desk}: what answered the login is no ServiceNow", "check the url"
            )
        means = (
            "the property glide.oauth.inbound.client.credential.grant_type.enabled must be true "
            "and the client must have an OAuth application user"
            if self._credentials.grant == "client_credentials"
            else "check the user and password too"
        )
        return DeskRefusedError(
            f"desk {desk}: no OAuth token was given (status {answer.status})",
            f"check client_id and client_secret; {means}",
            code="access_denied",
            status=answer.status,
        )
