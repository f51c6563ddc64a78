"""What the configuration says about one ServiceNow: the account, the scope, who is a VIP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["ApiKey", "Basic", "Credentials", "KnownErrorSource", "OAuth", "Place", "Vip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """A user name and password; the password never shows in ``repr``."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """A client of the instance's OAuth; user and password belong to the grant ``password``."""

    grant: Literal["password", "client_credentials"]
    client_id: str
    client_secret: str = field(repr=False)
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key that an inbound authentication profile lets in."""

    key: str = field(repr=False)


Credentials = Basic | OAuth | ApiKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the instance is, and which part of its tickets is ours."""

    url: str  # without a path: https://example.service-now.com
    scope: str = ""  # an encoded query on tickets; "": all that the account sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Vip:
    """Who is a VIP besides those whose user record says so: members of a group, or a title."""

    group: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorSource:
    """Which published articles are known errors, and whether problems are.

    With neither category nor knowledge base these are the articles of the class
    ``kb_template_known_error_article``.
    """

    category: str = ""  # a knowledge category, by name or full path; its subtree counts
    knowledge_base: str = ""  # by title
    problems: bool = True  # those with known_error=true
