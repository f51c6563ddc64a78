"""An embedded GLPI, ready to use: its address, its tokens, its database and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sdtools.emulator.clock import Clock
from sdtools.emulator.faults import FaultPlan
from sdtools.emulator.glpi.app import GlpiApplication
from sdtools.emulator.glpi.database import GlpiDatabase
from sdtools.emulator.glpi.fresh import APP_TOKEN, USER_TOKEN
from sdtools.emulator.server import listen, serving

__all__ = ["EmbeddedGlpi", "serve_glpi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedGlpi:
    """A GLPI that speaks HTTP on loopback."""

    url: str  # ends with /apirest.php
    app_token: str
    user_token: str  # of the super-admin "glpi"
    database: GlpiDatabase
    clock: Clock
    application: GlpiApplication

    @property
    def requests(self) -> int:
        """Count the requests since the start."""
        return self.application.requests


@contextmanager
def serve_glpi(
    database: GlpiDatabase,
    clock: Clock,
    *,
    port: int = 0,
    latency: float = 0.0,
    timezone: str = "UTC",
    faults: FaultPlan | None = None,
) -> Iterator[EmbeddedGlpi]:
    """Serve a database as a GLPI; ``latency`` in seconds a request, ``timezone`` the server's.

    ``faults`` says which requests go wrong, and how.
    """
    listener = listen(port)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/apirest.php"
    application = GlpiApplication(
        database=database,
        clock=clock,
        zone=ZoneInfo(timezone),
        base_url=base_url,
        app_token=APP_TOKEN,
        latency=latency,
        faults=faults,
    )
    with serving(application, listener):
        yield EmbeddedGlpi(
            url=base_url,
            app_token=APP_TOKEN,
            user_token=USER_TOKEN,
            database=database,
            clock=clock,
            application=application,
        )
