"""What the configuration says about one GLPI: the account, who is a VIP, where known errors are."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["KnownErrorSource", "Login", "Vip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How to open a session; the tokens never show in ``repr``."""

    url: str  # ends with /apirest.php
    app_token: str = field(repr=False)
    user_token: str = field(repr=False)
    entity: str = "all"  # or the full path of one entity, with those below it


@dataclass(frozen=True, slots=True, kw_only=True)
class Vip:
    """What makes a person a VIP: any of a user category, a group (its members) or a title."""

    category: str = ""
    group: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorSource:
    """Which articles are known errors (with neither category nor entity: none), and problems."""

    category: str = ""  # a knowledge base category, by name or full path; its subtree counts
    entity: str = ""  # articles meant for this entity, by full path
    problems: bool = True
