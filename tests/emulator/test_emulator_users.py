"""How users are added and counted (GLPI 10.0, User::prepareInputForAdd and post_addItem)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdtools.emulator.glpi.database import GlpiDatabase
    from tests.emulator.conftest import Client


def _total(glpi: Client) -> int:
    answer = glpi.call("GET", "User?range=0-0&only_id=true")
    return int(answer.headers["Content-Range"].rpartition("/")[2])


def test_a_new_user_gets_the_default_profile(glpi: Client) -> None:
    made = glpi.add("User", name="zed")
    (link,) = glpi.get(f"User/{made}/Profile_User")
    assert (link["profiles_id"], link["is_dynamic"], link["is_default_profile"]) == (1, 1, 1)
    assert (link["entities_id"], link["is_recursive"]) == (0, 0)


def test_a_profile_that_is_chosen_is_not_dynamic(glpi: Client) -> None:
    made = glpi.add("User", name="zed", _profiles_id=6, _entities_id=1, _is_recursive=1)
    (link,) = glpi.get(f"User/{made}/Profile_User")
    assert (link["profiles_id"], link["is_dynamic"], link["is_default_profile"]) == (6, 0, 0)
    assert (link["entities_id"], link["is_recursive"]) == (1, 1)


def test_passwords_have_to_match(glpi: Client) -> None:
    said = "Error: the two passwords do not match"
    assert glpi.refused("User", name="zed", password="a", password2="b") == (400, said)


def test_a_second_profile_counts_its_user_twice(glpi: Client) -> None:
    """API::getItems: COUNT(*) over the join with the profiles."""
    made, before = glpi.add("User", name="zed"), _total(glpi)
    glpi.add("Profile_User", users_id=made, profiles_id=6, entities_id=0)
    assert _total(glpi) == before + 1


def test_users_are_where_their_profiles_are(glpi: Client, database: GlpiDatabase) -> None:
    """Search::addDefaultWhere: in one entity, whoever has a profile there or above."""
    database.load([("Entity", {"id": 2, "name": "Lyon", "entities_id": 0, "level": 2})])
    here = glpi.add("User", name="here", _profiles_id=1, _entities_id=1)
    there = glpi.add("User", name="there", _profiles_id=1, _entities_id=2)
    above = glpi.add("User", name="above", _profiles_id=1, _entities_id=0, _is_recursive=1)
    glpi.call("POST", "changeActiveEntities", {"entities_id": 1})
    listed = {row["id"] for row in glpi.get("User?range=0-99")}
    assert {here, above} <= listed
    assert there not in listed
    assert glpi.call("GET", f"User/{there}").status_code == 403
