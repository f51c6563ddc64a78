"""Who the logins in ``sys_created_by`` and ``sys_updated_by`` belong to; asked for when needed."""

from __future__ import annotations

from collections.abc import Iterable

from sdtools.connectors.servicenow.answers import text
from sdtools.connectors.servicenow.listing import Listing
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.queries import Among

__all__ = ["Logins"]

_AT_ONCE = 80  # logins in one url
_NOBODY = frozenset({"", "system", "guest", "admin.sys"})


class Logins:
    """Turns logins into ids of people, remembering those it has met."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ids: dict[str, str] = dict.fromkeys(_NOBODY, "")

    def learn(self, logins: Iterable[str]) -> None:
        """Ask for all of these that are not known yet, in as few requests as it takes."""
        new = sorted({login.lower() for login in logins} - self._ids.keys())
        for first in range(0, len(new), _AT_ONCE):
            self._ask(new[first : first + _AT_ONCE])

    def id(self, login: str) -> str:
        """Return the id of a person; "" for a login that belongs to nobody we can see."""
        return self._ids.get(login.lower(), "")

    def know(self, login: str, person: str) -> None:
        """Remember a person that was read for another reason."""
        self._ids[login.lower()] = person

    def _ask(self, logins: list[str]) -> None:
        self._ids |= dict.fromkeys(logins, "")
        wanted = Among(field="user_name", values=tuple(logins))
        listing = Listing(table="sys_user", fields=(), among=(wanted,))
        for row in self._reader.readable(listing) or ():
            self.know(text(row, "user_name"), text(row, "sys_id"))
