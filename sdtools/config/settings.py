"""The settings: what ``sdtools.yaml`` says, paths resolved, secrets still references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sdtools.config.quiet import QuietHours
from sdtools.config.secret import Secret
from sdtools.errors import ConfigError

__all__ = [
    "AlertSettings",
    "ApiKeyLogin",
    "BasicLogin",
    "DeskSettings",
    "GlpiAccess",
    "JobSettings",
    "KnownErrorSettings",
    "MailSettings",
    "OauthLogin",
    "ReportSettings",
    "ServiceNowAccess",
    "Settings",
    "VipSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VipSettings:
    """What makes a person a VIP on a desk; any of them will do."""

    category: str = ""  # GLPI
    group: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorSettings:
    """Where a desk's known errors are kept."""

    category: str = ""  # knowledge base category, or one of its ancestors
    entity: str = ""  # GLPI
    knowledge_base: str = ""  # ServiceNow
    problems: bool = True
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GlpiAccess:
    """How to log in to a GLPI, and what of it to look at."""

    user_token: Secret
    app_token: Secret | None = None
    entity: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicLogin:
    """A ServiceNow account with its password."""

    user: str | Secret
    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthLogin:
    """A ServiceNow OAuth client; with an account the password grant, else client credentials."""

    client_id: str | Secret
    client_secret: Secret
    account: BasicLogin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyLogin:
    """A ServiceNow API key."""

    key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowAccess:
    """How to log in to a ServiceNow, and which of its tickets to look at."""

    login: BasicLogin | OauthLogin | ApiKeyLogin
    scope: str = ""  # an encoded query on tickets; "": all


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How to reach one desk, and which rules are its own; ``access`` is its kind's own part."""

    name: str
    kind: Literal["glpi", "servicenow"]
    url: str
    access: GlpiAccess | ServiceNowAccess
    vip: VipSettings | None
    known_errors: KnownErrorSettings
    rules: tuple[Path, ...]
    robots: tuple[str, ...]  # logins of other robot accounts
    timezone: str  # of the account; "" asks the desk

    @property
    def home(self) -> str:
        """Return the address of the desk's pages, for people."""
        return self.url.rstrip("/").removesuffix("/apirest.php").removesuffix("/api.php/v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How to send mail, and when not to."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    sender: str
    user: str = ""
    password: Secret | None = None
    quiet: tuple[QuietHours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """A report that is rendered and mailed under a name."""

    name: str
    desk: str
    to: tuple[str, ...]
    language: Literal["en", "fr"]
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Who hears of a plan that the guard stopped, and in which language."""

    to: tuple[str, ...]
    language: Literal["en", "fr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """One line of the schedule; ``id`` is its name, such as ``pass.glpi``."""

    id: str
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
    alerts: AlertSettings | None = None
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

    def job(self, id: str) -> JobSettings:
        """Return a line of the schedule by its id."""
        for job in self.schedule:
            if job.id == id:
                return job
        known = ", ".join(job.id for job in self.schedule) or "none: there is no `schedule:`"
        raise ConfigError(f"{self.path}: no job {id!r}", f"known jobs: {known}")

    def report(self, name: str) -> ReportSettings:
        """Return a report by name."""
        if name not in self.reports:
            known = ", ".join(self.reports) or "none is configured"
            raise ConfigError(f"{self.path}: no report {name!r}", f"known reports: {known}")
        return self.reports[name]

    def database_url(self) -> str:
        """Return the database url, its secret revealed."""
        return self.database if isinstance(self.database, str) else self.database.reveal()
