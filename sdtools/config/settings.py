"""The settings: what ``sdtools.yaml`` says, paths resolved, secrets still references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sdtools.config.secret import Secret
from sdtools.errors import ConfigError

__all__ = [
    "DeskSettings",
    "JobSettings",
    "KnownErrorSettings",
    "MailSettings",
    "ReportSettings",
    "Settings",
    "VipSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VipSettings:
    """What makes a person a VIP on a desk; any of them will do."""

    category: str = ""
    group: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorSettings:
    """Where a desk's known errors are kept."""

    category: str = ""  # knowledge base category, or one of its ancestors
    entity: str = ""
    problems: bool = True
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How to reach one desk, and which rules are its own."""

    name: str
    kind: Literal["glpi"]
    url: str
    app_token: Secret | None
    user_token: Secret
    entity: str
    vip: VipSettings | None
    known_errors: KnownErrorSettings
    rules: tuple[Path, ...]
    robots: tuple[str, ...]  # logins of other robot accounts
    timezone: str  # of the account; "" asks the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How to send mail."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    sender: str
    user: str = ""
    password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """A report that is rendered and mailed under a name."""

    name: str
    desk: str
    to: tuple[str, ...]
    language: Literal["en", "fr"]
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """One line of the schedule."""

    job: Literal["pass", "pull", "report"]
    target: str  # a desk, or a report's name
    every: str = ""
    cron: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of ``sdtools.yaml``."""

    path: Path
    database: str | Secret
    templates: tuple[Path, ...]
    desks: Mapping[str, DeskSettings]
    mail: MailSettings | None = None
    reports: Mapping[str, ReportSettings] = field(default_factory=dict)
    schedule: tuple[JobSettings, ...] = ()

    def desk(self, name: str | None) -> DeskSettings:
        """Return a desk by name; without a name the only one."""
        if name is None and len(self.desks) == 1:
            return next(iter(self.desks.values()))
        if name is None or name not in self.desks:
            known = ", ".join(self.desks)
            asked = f"no desk {name!r}" if name else "more than one desk"
            raise ConfigError(f"{self.path}: {asked}", f"say which one: {known}")
        return self.desks[name]

    def report(self, name: str) -> ReportSettings:
        """Return a report by name."""
        if name not in self.reports:
            known = ", ".join(self.reports) or "none is configured"
            raise ConfigError(f"{self.path}: no report {name!r}", f"known reports: {known}")
        return self.reports[name]

    def database_url(self) -> str:
        """Return the database url, its secret revealed."""
        return self.database if isinstance(self.database, str) else self.database.reveal()
