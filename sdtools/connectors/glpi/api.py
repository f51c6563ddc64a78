"""The client package glpi-api, made to speak through our own HTTP session (FACTS 1)."""

from __future__ import annotations

import glpi_api
import requests

from sdtools.connectors.glpi.options import Login
from sdtools.connectors.http import DeskHttp

__all__ = ["Api"]


class Api(glpi_api.GLPI):  # type: ignore[misc]  # glpi-api carries no types
    """glpi-api on our HTTP session, which asks for the whole session at login."""

    session: requests.Session

    def __init__(self, login: Login, http: DeskHttp) -> None:
        self._http = http
        super().__init__(login.url, login.app_token, login.user_token)

    def _init_session(
        self, apptoken: str, auth: str, user_agent: str | None, use_headers: bool = True
    ) -> object:
        self.session.close()
        self.session = self._http
        self._http.headers.pop("Session-Token", None)
        self._http.params = {"get_full_session": "true"}  # saves a request of its own
        try:
            return super()._init_session(apptoken, auth, user_agent, use_headers)
        finally:
            self._http.params = {}
