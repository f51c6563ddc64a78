"""The shape of ``sdtools.yaml``: which keys there are and what they may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sdtools.config.secret import is_reference

__all__ = ["DESK_SHAPES", "ConfigShape", "DeskShape", "GlpiShape", "ServiceNowShape"]


def _reference(text: object) -> str:
    if not isinstance(text, str) or not is_reference(text):
        # the text itself is not repeated: it may be the secret
        message = "a secret must be a reference; write env:NAME, file:PATH or keyring:service/user"
        raise ValueError(message)
    return text


Reference = Annotated[str, BeforeValidator(_reference)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class VipShape(_Shape):
    """``vip:``; on ServiceNow besides those whose user record says so."""

    group: str = ""
    title: str = ""


class GlpiVipShape(VipShape):
    """``vip:`` of a GLPI, where people have a category."""

    category: str = ""


class KnownErrorShape(_Shape):
    """``known_errors:``."""

    category: str = ""
    problems: bool = True
    file: str = ""


class GlpiKnownErrorShape(KnownErrorShape):
    """``known_errors:`` of a GLPI, where an entity can hold them too."""

    entity: str = ""


class ServiceNowKnownErrorShape(KnownErrorShape):
    """``known_errors:`` of a ServiceNow, where a knowledge base can hold them too."""

    knowledge_base: str = ""


class _CommonShape(_Shape):
    """What every desk says, of whatever kind."""

    url: str
    rules: list[str] | None = None
    robots: list[str] = []
    timezone: str = ""


class GlpiShape(_CommonShape):
    """A desk with ``kind: glpi``."""

    kind: Literal["glpi"]
    app_token: Reference | None = None
    user_token: Reference
    entity: str = "all"
    vip: GlpiVipShape | None = None
    known_errors: GlpiKnownErrorShape = GlpiKnownErrorShape()


class OauthShape(_Shape):
    """``oauth:``."""

    grant: Literal["password", "client_credentials"]
    client_id: str
    client_secret: Reference


class ServiceNowShape(_CommonShape):
    """A desk with ``kind: servicenow``; user and client id may be references too."""

    kind: Literal["servicenow"]
    user: str = ""
    password: Reference | None = None
    oauth: OauthShape | None = None
    api_key: Reference | None = None
    scope: str = ""
    vip: VipShape | None = None
    known_errors: ServiceNowKnownErrorShape = ServiceNowKnownErrorShape()


DeskShape = Annotated[GlpiShape | ServiceNowShape, Field(discriminator="kind")]
DESK_SHAPES: Mapping[str, type[BaseModel]] = {"glpi": GlpiShape, "servicenow": ServiceNowShape}


class QuietShape(_Shape):
    """One entry of ``mail.quiet:``."""

    to: list[str] = Field(min_length=1)
    hours: str
    days: str = "mon-sun"
    timezone: str = "UTC"
    bypass: Literal["", "very_low", "low", "medium", "high", "very_high", "major"] = ""


class MailShape(_Shape):
    """``mail:``."""

    host: str
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str = Field(alias="from")
    user: str = ""
    password: Reference | None = None
    quiet: list[QuietShape] = []


class ReportShape(_Shape):
    """One report."""

    desk: str
    to: list[str]
    language: Literal["en", "fr"] = "en"
    timezone: str = "UTC"


class AlertsShape(_Shape):
    """``alerts:``."""

    to: list[str] = Field(min_length=1)
    language: Literal["en", "fr"] = "en"


class JobShape(_Shape):
    """One line of ``schedule:``."""

    job: Literal["pass", "pull", "report"]
    desk: str = ""
    name: str = ""
    every: str = ""
    cron: str = ""
    timezone: str = "UTC"


class ConfigShape(_Shape):
    """The whole file."""

    database: str = "sqlite:///sdtools.db"
    rules: list[str] = ["rules.yaml"]
    templates: str = "templates"
    desks: dict[str, DeskShape] = Field(min_length=1)
    mail: MailShape | None = None
    alerts: AlertsShape | None = None
    reports: dict[str, ReportShape] = {}
    schedule: list[JobShape] = []
