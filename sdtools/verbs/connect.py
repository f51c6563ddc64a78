"""From the configuration of a desk to the desk itself: the one place that knows the kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sdtools.config.settings import DeskSettings
from sdtools.connectors.desk import Desk
from sdtools.connectors.glpi.consequences import GlpiConsequences
from sdtools.connectors.glpi.desk import glpi_desk
from sdtools.connectors.glpi.options import KnownErrorSource, Vip
from sdtools.errors import UsageError
from sdtools.model.world import Consequences
from sdtools.store.codec import Codec
from sdtools.store.database import Database
from sdtools.store.mirror import Mirror

__all__ = ["connect", "keep_consequences", "kept_consequences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arithmetic:
    """What the mirror keeps of a desk itself."""

    account_id: str
    document: str


def connect(settings: DeskSettings) -> Desk:
    """Return the desk, not yet entered: nothing is sent before ``with``."""
    return _KINDS[settings.kind](settings)


def _glpi(settings: DeskSettings) -> Desk:
    vip = settings.vip
    known = settings.known_errors
    return glpi_desk(
        settings.name,
        url=settings.url,
        app_token=settings.app_token.reveal() if settings.app_token else "",
        user_token=settings.user_token.reveal(),
        entity=settings.entity,
        vip=Vip(category=vip.category, group=vip.group, title=vip.title) if vip else None,
        known_errors=KnownErrorSource(
            category=known.category, entity=known.entity, problems=known.problems
        ),
        timezone=settings.timezone,
    )


def keep_consequences(
    database: Database, settings: DeskSettings, desk: Desk, now: datetime
) -> None:
    """Keep what deciding needs to know of the desk, for judging without asking it."""
    kept = _Arithmetic(
        account_id=desk.account_id, document=_CODECS[settings.kind].dump(desk.consequences)
    )
    Mirror(database, settings.name).replace_arithmetic(_ARITHMETIC.dump(kept), now)


def kept_consequences(database: Database, settings: DeskSettings) -> tuple[str, Consequences]:
    """Return our account's id and the desk's arithmetic as last pulled."""
    document = Mirror(database, settings.name).arithmetic()
    if document is None:
        message = f"desk {settings.name} has never been pulled"
        raise UsageError(message, f"run: sdtools pull {settings.name}")
    kept = _ARITHMETIC.load(document)
    return kept.account_id, _CODECS[settings.kind].load(kept.document)


_ARITHMETIC = Codec(_Arithmetic)
_CODECS: dict[str, Codec[Any]] = {"glpi": Codec(GlpiConsequences)}
_KINDS: dict[str, Callable[[DeskSettings], Desk]] = {"glpi": _glpi}
