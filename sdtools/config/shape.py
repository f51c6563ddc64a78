"""The shape of ``sdtools.yaml``: which keys there are and what they may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sdtools.config.secret import is_reference

__all__ = ["ConfigShape"]


def _reference(text: str) -> str:
    if not is_reference(text):
        # the text itself is not repeated: it may be the secret
        message = "a secret must be a reference; write env:NAME, file:PATH or keyring:service/user"
        raise ValueError(message)
    return text


Reference = Annotated[str, AfterValidator(_reference)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class VipShape(_Shape):
    """``vip:``."""

    category: str = ""
    group: str = ""
    title: str = ""


class KnownErrorShape(_Shape):
    """``known_errors:``."""

    category: str = ""
    entity: str = ""
    problems: bool = True
    file: str = ""


class DeskShape(_Shape):
    """One desk."""

    kind: Literal["glpi"]
    url: str
    app_token: Reference | None = None
    user_token: Reference
    entity: str = "all"
    vip: VipShape | None = None
    known_errors: KnownErrorShape = KnownErrorShape()
    rules: list[str] | None = None
    robots: list[str] = []
    timezone: str = ""


class MailShape(_Shape):
    """``mail:``."""

    host: str
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str = Field(alias="from")
    user: str = ""
    password: Reference | None = None


class ReportShape(_Shape):
    """One report."""

    desk: str
    to: list[str]
    language: Literal["en", "fr"] = "en"
    timezone: str = "UTC"


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
    reports: dict[str, ReportShape] = {}
    schedule: list[JobShape] = []
