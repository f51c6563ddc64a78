"""What tests of GLPI's connector keep as a mirror would, and what they hear it ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from sdtools.connectors.glpi.desk import GlpiDesk
from sdtools.model.ticket import Ticket


class Kept:
    """Tickets as a mirror keeps them."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}

    def take(self, pages: Iterable[tuple[Ticket, ...]]) -> None:
        self.tickets.update((one.id, one) for page in pages for one in page)

    def __call__(self, ids: Collection[str]) -> Mapping[str, Ticket]:
        return {id: self.tickets[id] for id in ids if id in self.tickets}


@contextmanager
def listened(desk: GlpiDesk) -> Iterator[list[str]]:
    """Hear the last part of the path of each request."""
    found: list[str] = []
    session = desk._session
    assert session.crew
    lines = [one._http for one in (session, *session.crew._sessions)]
    for line in lines:
        line.hooks["response"].append(
            lambda answer, **_: found.append(urlsplit(answer.request.url).path.split("/")[-1])
        )
    yield found
    for line in lines:
        line.hooks["response"].clear()
