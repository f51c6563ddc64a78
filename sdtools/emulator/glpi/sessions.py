"""Logging in and out, profiles, entities and the configuration (FACTS 1)."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdtools.emulator.glpi.access import reachable, remember_sons, sons
from sdtools.emulator.glpi.context import Context, Session
from sdtools.emulator.glpi.database import GlpiDatabase, Row
from sdtools.emulator.glpi.names import user_name
from sdtools.emulator.glpi.profiles import RIGHTS
from sdtools.emulator.glpi.query import Parameters
from sdtools.emulator.glpi.settings import disclosed, is_on, preferences
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
    "signed_in",
]

_DEFAULT_LIST_LIMIT = 15
_TAKEN_OFF = (
    "highcontrast_css", "default_central_tab", "timeline_action_btn_layout",
    "timeline_date_format",
)  # fmt: skip
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
    if not _usable(database, users_id):
        message = (
            "You don't have access to this application because your account was deactivated or "
            "removed"
        )
        raise RequestError(401, "ERROR_GLPI_LOGIN", message, documented=False)
    return users_id


def _usable(database: GlpiDatabase, users_id: int) -> bool:
    user = database.row("User", users_id)
    return bool(user and user["is_active"] and not user["is_deleted"])


def signed_in(context: Context) -> None:
    """Note a login; the first one counts as a change of the user."""
    users_id, now = context.session.users_id, context.now()
    user = context.database.row("User", users_id) or {}
    changed: dict[str, object] = {"last_login": now}
    if not user.get("last_login"):
        # What a user has like everybody is not his own any more.
        changed |= {"date_mod": now, **dict.fromkeys(_TAKEN_OFF)}
    context.database.update("User", users_id, changed)


def log_in(database: GlpiDatabase, authorization: str, parameters: Parameters, body: object) -> int:
    """Give the user who logs in; raise GLPI's 400 or 401."""
    scheme, _, rest = authorization.partition(" ")
    given: Mapping[str, Any] = {**parameters, **(body if isinstance(body, dict) else {})}
    token = rest.strip() if scheme == "user_token" else str(given.get("user_token", ""))
    if token:
        users_id = database.user_of("user_token", token)
        if users_id is None or not is_on(database, "enable_api_login_external_token"):
            raise RequestError(401, "ERROR_GLPI_LOGIN_USER_TOKEN", _WRONG_TOKEN, documented=False)
        return users_id
    pair = _basic(rest) if scheme == "Basic" else None
    if pair is None and given.get("login") and given.get("password"):
        pair = (str(given["login"]), str(given["password"]))
    if pair is None:
        message = "parameter(s) login, password or user_token are missing"
        raise RequestError(400, "ERROR_LOGIN_PARAMETERS_MISSING", message)
    if not is_on(database, "enable_api_login_credentials"):
        message = "usage of initSession resource with credentials is disabled"
        raise RequestError(400, "ERROR_LOGIN_WITH_CREDENTIALS_DISABLED", message, documented=False)
    return _by_password(database, *pair)


def open_session(database: GlpiDatabase, users_id: int) -> Session:
    """Begin a session with the user's first profile; without one nobody gets in."""
    user = database.row("User", users_id)
    profiles = database.rows("Profile_User", "users_id = ?", (users_id,))
    if user is None or not _usable(database, users_id) or not profiles:
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
        zone=_zone(user["timezone"]),
    )


def _zone(name: object) -> ZoneInfo | None:
    """Give a user's own time zone; the server's counts where it is not known."""
    try:
        return ZoneInfo(str(name)) if name and name != "0" else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


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


def active_profile(context: Context) -> dict[str, dict[str, object]]:
    """Answer getActiveProfile."""
    row = context.database.row("Profile", context.session.profiles_id) or {}
    entities = _entities_of(context, context.session.profiles_id)
    return {"active_profile": profile_row(row) | {"entities": entities}}


def my_entities(context: Context, parameters: Parameters) -> dict[str, object]:
    """Answer getMyEntities; names are escaped here (FACTS 1)."""
    session = context.session
    roots = [int(str(one["id"])) for one in _entities_of(context, session.profiles_id)]
    ids = roots
    if str(parameters.get("is_recursive")) in {"true", "1"}:
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
    if given.get("profiles_id") is None:
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
    if recursive and root:
        remember_sons(context.database, "Entity", root, session.active)
    return True


def full_session(context: Context) -> dict[str, object]:
    """Answer getFullSession: PHP's session, with the user's preferences."""
    session = context.session
    user = context.database.row("User", session.users_id) or {}
    profile = active_profile(context)["active_profile"]
    entities = _entities_of(context, session.profiles_id)
    tree = " (tree structure)" if session.active_recursive else ""
    path = _path(context, session.active_root) + tree
    groups = context.database.rows("Group_User", "users_id = ?", (session.users_id,))
    found = {
        "valid_id": session.token,
        "glpi_currenttime": context.now(),
        "glpi_use_mode": 0,
        "glpiID": session.users_id,
        "glpifriendlyname": user_name(user),
        "glpiname": user["name"],
        "glpirealname": user["realname"],
        "glpifirstname": user["firstname"],
        "glpidefault_entity": user["entities_id"],
        "glpiextauth": 1,
        "glpiauthtype": user["authtype"],
        "glpiroot": "",
        "glpicrontimer": int(context.clock.now().timestamp()),
        "glpipluralnumber": 2,
        "glpiprofiles": {str(session.profiles_id): {"name": profile["name"], "entities": entities}},
        "glpiactiveprofile": profile,
        "glpiactiveentities": {one: one for one in session.active},
        "glpiactiveentities_string": ", ".join(f"'{one}'" for one in session.active),
        "glpiparententities": [],
        "glpiparententities_string": "",
        "glpiactive_entity": session.active_root,
        "glpiactive_entity_recursive": session.active_recursive,
        "glpiactive_entity_name": path,
        "glpiactive_entity_shortname": path,
        "glpigroups": [group["groups_id"] for group in groups],
    }
    if set(session.active) == set(session.entities):
        found["glpishowallentities"] = 1
    empty = ("glpi_plannings", "glpi_tabs", "glpi_dropdowntranslations", "glpisearch")
    return found | {name: [] for name in empty} | preferences(context.database, user)


def configuration(context: Context) -> dict[str, object]:
    """Answer getGlpiConfig: the settings, without the constant lists of GLPI's code."""
    found = disclosed(context.database)
    found |= {
        "root_doc": "",
        "list_limit": context.session.list_limit,
        "url_base": context.base_url.removesuffix("/apirest.php"),
        "url_base_api": context.base_url,
        "timezone": context.zone.key,
    }
    return {"cfg_glpi": found}
