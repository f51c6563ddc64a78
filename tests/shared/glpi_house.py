"""An embedded GLPI with a mirror of it, and pulls that count their requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from glpi_rows import Row, ticket_row

from sdtools.connectors.glpi.desk import glpi_desk
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.model.ticket import Ticket
from sdtools.store.database import Database
from sdtools.store.history import History
from sdtools.store.mirror import Mirror
from sdtools.verbs.pull import Pulled, pull

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def desk_rows() -> Iterator[Row]:
    shared: dict[str, object] = {"entities_id": 0, "is_recursive": 1}
    for number, login in ((7, "marie"), (8, "paul")):
        yield "User", {"id": number, "name": login, "realname": login.title(), "is_active": 1}
    for number, name in ((1, "Service Desk N1"), (2, "N2 Network")):
        yield "Group", {"id": number, "name": name, "completename": name, "is_assign": 1} | shared
    yield "Problem", {"id": 1, "name": "Drops", "status": 2} | shared
    for number in (1, 2):
        yield "KnowbaseItem", {"id": number, "name": f"Article {number}", "answer": "Restart"}
        yield "Entity_KnowbaseItem", {"id": number, "knowbaseitems_id": number} | shared
    yield from (ticket_row(number) for number in range(1, 13))


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One pull, and what it cost with login and logout."""

    pulled: Pulled
    requests: int


@dataclass(frozen=True, kw_only=True)
class House:
    """A desk, and what we keep of it."""

    glpi: EmbeddedGlpi
    database: Database

    @property
    def mirror(self) -> Mirror:
        return Mirror(self.database, "glpi")

    @property
    def history(self) -> History:
        return History(self.database, "glpi")

    def ticket(self, id: int) -> Ticket:
        found = self.mirror.ticket(str(id))
        assert found is not None
        return found

    def later(self, **by: float) -> None:
        self.glpi.clock.advance(timedelta(**by))

    def pull(
        self,
        *,
        token: str = "",
        full: bool = False,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Pass:
        before = self.glpi.requests
        desk = glpi_desk(
            "glpi",
            url=self.glpi.url,
            app_token=self.glpi.app_token,
            user_token=token or self.glpi.user_token,
            wait=lambda _: None,
        )
        with desk:
            now = self.glpi.clock.now()
            pulled = pull(desk, self.mirror, self.history, now, full, progress)
            assert desk.consequences.matrix  # as every pass asks for it
        return Pass(pulled=pulled, requests=self.glpi.requests - before)
