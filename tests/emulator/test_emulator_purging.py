"""What becomes of what points at a purged item, and which requests purge (GLPI 10.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Client


@pytest.mark.parametrize(
    ("itemtype", "column"),
    [("ITILCategory", "itilcategories_id"), ("Location", "locations_id"),
     ("RequestType", "requesttypes_id")],
)  # fmt: skip
def test_nothing_points_at_what_was_purged(glpi: Client, itemtype: str, column: str) -> None:
    """CommonDBTM::cleanRelationData."""
    target = glpi.add(itemtype, name="gone", entities_id=0)
    made = glpi.add("Ticket", name="n", content="c", **{column: target})
    assert glpi.ticket(made)[column] == target
    glpi.call("DELETE", f"{itemtype}/{target}")
    assert glpi.ticket(made)[column] == 0


def test_closed_tickets_keep_what_cannot_be_changed(glpi: Client) -> None:
    """The update that clears a column is one like any other: of closed tickets most is kept."""
    location = glpi.add("Location", name="gone", entities_id=0)
    made = glpi.add("Ticket", name="n", content="c", locations_id=location)
    glpi.put(f"Ticket/{made}", status=6)
    glpi.call("DELETE", f"Location/{location}")
    assert glpi.ticket(made)["locations_id"] == location


def test_what_is_only_in_the_trash_is_still_pointed_at(glpi: Client) -> None:
    user = glpi.add("User", name="gone")
    made = glpi.add("Computer", name="pc", users_id=user)
    glpi.call("DELETE", f"User/{user}")
    assert glpi.get(f"Computer/{made}")["users_id"] == user
    glpi.call("DELETE", f"User/{user}?force_purge=true")
    assert glpi.get(f"Computer/{made}")["users_id"] == 0


@pytest.mark.parametrize(
    ("value", "left"),
    [("false", 200), ("no", 200), (0, 200), (2, 200), (True, 404), ("1", 404), ("yes", 404)],
)
def test_a_purge_is_forced_by_four_words(glpi: Client, value: object, left: int) -> None:
    """API::deleteItems: FILTER_VALIDATE_BOOLEAN."""
    made = glpi.add("Computer", name="pc")
    glpi.call("DELETE", f"Computer/{made}", {"input": {}, "force_purge": value})
    assert glpi.call("GET", f"Computer/{made}").status_code == left


def test_the_systems_own_user_stays(glpi: Client) -> None:
    """User::canDeleteItem."""
    assert glpi.call("DELETE", "User/6").status_code == 400
