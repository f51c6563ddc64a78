"""Massive actions by item type (MassiveAction::getAllMassiveActions and GLPI's own API tests)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sdtools.emulator.glpi.fresh import SELF_SERVICE_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.conftest import Client


def _keys(glpi: Client, path: str) -> list[str]:
    return [one["key"] for one in glpi.get(f"getMassiveActions/{path}")]


def test_a_computer_has_the_actions_of_glpis_own_test(glpi: Client) -> None:
    """GLPI 10.0, tests of the API: all but unlocking, which the recorded profile may not."""
    assert [one.rpartition(":")[2] for one in _keys(glpi, "Computer/1")] == [
        "update", "clone", "activate", "delete", "add_transfer_list", "add_item", "delete",
        "update", "add", "add", "add", "add", "add", "remove", "add", "remove", "amend_comment",
        "add_note", "unlock_component", "unlock_fields",
    ]  # fmt: skip
    assert _keys(glpi, "Computer?is_deleted=1") == [
        "MassiveAction:purge_item_but_devices", "MassiveAction:purge", "MassiveAction:restore",
        "Lock:unlock_component", "Lock:unlock_fields",
    ]  # fmt: skip


def test_a_dropdown_is_purged_even_if_something_points_at_it(glpi: Client) -> None:
    keys = _keys(glpi, "Location")
    assert keys[1:3] == ["MassiveAction:purge", "MassiveAction:purge_but_item_linked"]
    assert {"CommonTreeDropdown:move_under", "MassiveAction:amend_comment"} <= set(keys)


def test_a_link_is_told_apart_from_what_it_joins(glpi: Client) -> None:
    labels = {one["key"]: one["label"] for one in glpi.get("getMassiveActions/Group_User")}
    said = "Delete permanently the relation with selected elements"
    assert labels["MassiveAction:purge"] == said


def test_who_is_not_central_updates_nothing(glpi: Client, someone: Callable[[str], Client]) -> None:
    helpdesk = someone(SELF_SERVICE_TOKEN)
    assert "MassiveAction:update" in _keys(glpi, "Ticket")
    assert "MassiveAction:update" not in _keys(helpdesk, "Ticket")


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("MassiveAction:clone", [{"name": "nb_copy", "type": "number"}]),
        ("Infocom:activate", []), ("MassiveAction:delete", []),
        ("Computer_Item:add", [{"name": "peer_computers_id", "type": "dropdown"}]),
        ("MassiveAction:amend_comment", [{"name": "amendment", "type": "text"}]),
        ("Lock:unlock_fields", [{"name": "attached_fields[]", "type": "dropdown"}]),
    ],
)  # fmt: skip
def test_an_action_names_what_its_form_asks_for(
    glpi: Client, key: str, asked: list[dict[str, str]]
) -> None:
    assert glpi.get(f"getMassiveActionParameters/Computer/{key}") == asked


def _apply(glpi: Client, key: str, **wanted: str) -> tuple[int, dict[str, int]]:
    body = {"ids": [1], "input": wanted}
    answer = glpi.call("POST", f"applyMassiveAction/Computer/MassiveAction:{key}", body)
    return answer.status_code, answer.json()


def test_a_comment_is_amended_below_what_it_says(glpi: Client) -> None:
    assert _apply(glpi, "amend_comment", amendment="first")[1]["ok"] == 1
    _apply(glpi, "amend_comment", amendment="second")
    assert glpi.get("Computer/1")["comment"] == "first\n\nsecond"


def test_a_note_is_written_to_items(glpi: Client) -> None:
    assert _apply(glpi, "add_note", add_note="remember") == (
        200, {"ok": 1, "noaction": 0, "ko": 0, "noright": 0, "messages": []},
    )  # fmt: skip
    (note,) = glpi.get("Computer/1?with_notes=true")["_notes"]
    assert note["content"] == "remember"
