"""Logging in and out, profiles, entities and the configuration (FACTS 1)."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sdtools.emulator.glpi.access import reachable, sons
from sdtools.emulator.glpi.context import Context, Session
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.fresh import MATRIX, VERSION
from sdtools.emulator.glpi.names import user_name
from sdtools.emulator.glpi.profiles import RIGHTS
from sdtools.emulator.glpi.query import Parameters, flag
from sdtools.emulator.glpi.text import escaped, whole_number
from sdtools.emulator.glpi.wire import RequestError, not_found

__all__ = [
    "active_entities",
    "active_profile",
    "change_entities",
    "change_profile",
    "configuration",
    "full_session",
    "log_in",
    "my_entities",
    "my_profiles",
    "open_session",
]

_DEFAULT_LIST_LIMIT = 15
_WRONG_TOKEN = "parameter user_token seems invalid"  # noqa: S105 - a message


def _basic(header: str) -> tuple[str, str] | None:
    try:
        login, colon, password = base64.b64decode(header, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (login, password) if colon else None


def _by_password(database: GlpiDatabase, login: str, password: str) -> int:
    users_id = database.user_of("password", f"{login}:{password}")
    if users_id is None:
        message = "Incorrect username or password"
        raise RequestError(401, "ERROR_GLPI_LOGIN", message, documented=False)
    return users_id


def log_in(database: GlpiDatabase, authorization: str, parameters: Parameters, body: object) -> int:
    """Give the user who logs in; raise GLPI's 400 or 401."""
    scheme, _, rest = authorization.partition(" ")
    given: Mapping[str, Any] = {**parameters, **(body if isinstance(body, dict) else {})}
    token = rest.strip() if scheme == "user_token" else str(given.get("user_token", ""))
    if token:
        users_id = database.user_of("user_token", token)
        if users_id is None:
            raise RequestError(401, "ERROR_GLPI_LOGIN_USER_TOKEN", _WRONG_TOKEN, documented=False)
        return users_id
    pair = _basic(rest) if scheme == "Basic" else None
    if pair is None and given.get("login") and given.get("password"):
        pair = (str(given["login"]), str(given["password"]))
    if pair is None:
        message = "parameter(s) login, password or user_token are missing"
        raise RequestError(400, "ERROR_LOGIN_PARAMETERS_MISSING", message)
    return _by_password(database, *pair)


def open_session(database: GlpiDatabase, users_id: int) -> Session:
    """Begin a session with the user's first profile; without one nobody gets in."""
    user = database.row("User", users_id)
    profiles = database.rows("Profile_User", "users_id = ?", (users_id,))
    usable = user is not None and user["is_active"] and not user["is_deleted"] and profiles
    if user is None or not usable:
        raise RequestError(401, "ERROR_GLPI_LOGIN_USER_TOKEN", _WRONG_TOKEN, documented=False)
    profiles_id = int(profiles[0]["profiles_id"] or 0)
    entities = reachable(database, users_id, profiles_id)
    return Session(
        token=secrets.token_hex(13),
        users_id=users_id,
        profiles_id=profiles_id,
        entities=entities,
        active=entities,
        active_root=entities[0] if entities else 0,
        list_limit=int(user["list_limit"] or _DEFAULT_LIST_LIMIT),
    )


def _entities_of(context: Context, profiles_id: int) -> list[dict[str, object]]:
    where = "users_id = ? AND profiles_id = ?"
    links = context.database.rows("Profile_User", where, (context.session.users_id, profiles_id))
    return [
        {
            "id": link["entities_id"],
            "name": _path(context, link["entities_id"]),
            "is_recursive": link["is_recursive"],
        }
        for link in links
    ]


def _path(context: Context, entities_id: object) -> str:
    row = context.database.row("Entity", entities_id)
    return escaped(str(row["completename"])) if row else ""


def my_profiles(context: Context) -> dict[str, object]:
    """Answer getMyProfiles."""
    links = context.database.rows("Profile_User", "users_id = ?", (context.session.users_id,))
    shown = []
    for profiles_id in dict.fromkeys(int(link["profiles_id"] or 0) for link in links):
        profile = context.database.row("Profile", profiles_id) or {}
        entities = _entities_of(context, profiles_id)
        shown.append({"id": profiles_id, "name": profile.get("name"), "entities": entities})
    return {"myprofiles": shown}


def profile_row(row: Row) -> dict[str, object]:
    """Give a profile as the session holds it: lists read, rights added."""
    found: dict[str, object] = dict(row)
    for column in ("helpdesk_item_type", "ticket_status", "problem_status",
                   "managed_domainrecordtypes"):  # fmt: skip
        found[column] = json.loads(str(row[column]))
    return found | dict(RIGHTS[int(row["id"] or 0)])


def active_profile(context: Context) -> dict[str, object]:
    """Answer getActiveProfile."""
    row = context.database.row("Profile", context.session.profiles_id) or {}
    entities = _entities_of(context, context.session.profiles_id)
    return {"active_profile": profile_row(row) | {"entities": entities}}


def my_entities(context: Context, parameters: Parameters) -> dict[str, object]:
    """Answer getMyEntities; names are escaped here (FACTS 1)."""
    session = context.session
    roots = [int(str(one["id"])) for one in _entities_of(context, session.profiles_id)]
    ids = roots
    if flag(parameters, "is_recursive"):
        ids = [one for one in session.entities if one not in roots] + roots
    return {"myentities": [{"id": one, "name": _path(context, one)} for one in ids]}


def active_entities(context: Context) -> dict[str, object]:
    """Answer getActiveEntities."""
    session = context.session
    return {
        "active_entity": {
            "id": session.active_root,
            "active_entity_recursive": session.active_recursive,
            "active_entities": [{"id": one} for one in session.active],
        }
    }


def _bad_request() -> RequestError:
    return RequestError(400, "ERROR", "Bad Request")


def change_profile(context: Context, given: Mapping[str, Any]) -> bool:
    """Answer changeActiveProfile."""
    if "profiles_id" not in given:
        raise _bad_request()
    profiles_id = whole_number(given["profiles_id"])
    session = context.session
    mine = context.database.count(
        "Profile_User", "users_id = ? AND profiles_id = ?", (session.users_id, profiles_id)
    )
    if profiles_id is None or not mine:
        raise not_found()
    session.profiles_id = profiles_id
    session.entities = reachable(context.database, session.users_id, profiles_id)
    session.active, session.active_root = session.entities, session.entities[0]
    session.active_recursive = 1
    return True


def change_entities(context: Context, given: Mapping[str, Any]) -> bool:
    """Answer changeActiveEntities: unknown is false, no entity at all means all of them."""
    recursive = given.get("is_recursive", False)
    if not isinstance(recursive, bool):
        raise _bad_request()
    session = context.session
    if "entities_id" not in given:
        session.active, session.active_root = session.entities, session.entities[0]
        session.active_recursive = False
        return True
    root = whole_number(given["entities_id"]) or 0
    if root not in session.entities:
        return False
    session.active_root, session.active_recursive = root, recursive
    session.active = sons(context.database, root) if recursive else (root,)
    return True


def full_session(context: Context) -> dict[str, object]:
    """Answer getFullSession: the part of PHP's session that clients read."""
    session = context.session
    user = context.database.row("User", session.users_id) or {}
    profile = active_profile(context)["active_profile"]
    active = {one: one for one in session.active}
    return {
        "valid_id": session.token,
        "glpi_currenttime": context.now(),
        "glpi_use_mode": 0,
        "glpiID": session.users_id,
        "glpifriendlyname": user_name(user),
        "glpiname": user["name"],
        "glpirealname": user["realname"],
        "glpifirstname": user["firstname"],
        "glpidefault_entity": user["entities_id"],
        "glpilanguage": user["language"] or "en_GB",
        "glpilist_limit": session.list_limit,
        "glpitimezone": user["timezone"],
        "glpiprofiles": {
            str(session.profiles_id): {
                "name": (context.database.row("Profile", session.profiles_id) or {}).get("name"),
                "entities": _entities_of(context, session.profiles_id),
            }
        },
        "glpiactiveprofile": profile,
        "glpiactiveentities": active,
        "glpiactive_entity": session.active_root,
        "glpiactive_entity_recursive": session.active_recursive,
        "glpiactive_entity_name": _path(context, session.active_root),
    }


def configuration(context: Context) -> dict[str, object]:
    """Answer getGlpiConfig: the keys that clients read, of some 345."""
    matrix = {
        str(urgency): {str(impact): grade for impact, grade in enumerate(row, start=1)}
        for urgency, row in enumerate(MATRIX, start=1)
    }
    return {
        "cfg_glpi": {
            "root_doc": "",
            "version": VERSION,
            "list_limit": context.session.list_limit,
            "list_limit_max": "50",
            "language": "en_GB",
            "url_base": context.base_url.removesuffix("/apirest.php"),
            "use_public_faq": "0",
            "default_requesttypes_id": "1",
            "priority_matrix": matrix,
            "urgency_mask": "62",
            "impact_mask": "62",
            "maintenance_mode": "0",
            "enable_api": "1",
            "enable_api_login_credentials": "1",
            "enable_api_login_external_token": "1",
            "url_base_api": context.base_url,
            "use_notifications": "0",
            "timezone": context.zone.key,
            "dbversion": VERSION,
            "document_max_size": "2",
        }
    }
