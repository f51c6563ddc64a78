"""What profiles other than the super-admin's may see and do (GLPI 10.0, canView, can...Item)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN, SELF_SERVICE_TOKEN, TECHNICIAN_TOKEN

if TYPE_CHECKING:
    from sdtools.emulator.glpi.database import GlpiDatabase
    from tests.emulator.conftest import Client

Someone = Callable[[str], "Client"]

_NO_RIGHT = (400, "You don't have permission to perform this action.")
_POSTER, _TECHNICIAN, _OBSERVER = 3, 4, 5  # the users of the tokens


def _ticket(glpi: Client, **more: object) -> int:
    return glpi.add("Ticket", name="n", content="c", **more)


def test_whoever_reads_the_faq_lists_all_articles(glpi: Client, someone: Someone) -> None:
    """FACTS 10."""
    assert len(someone(SELF_SERVICE_TOKEN).get("KnowbaseItem")) == len(glpi.get("KnowbaseItem"))


@pytest.mark.parametrize(("is_faq", "shown", "status"), [(0, 1, 403), (1, 0, 403), (1, 1, 200)])
def test_one_article_is_read_by_the_faq_if_it_is_shown(
    glpi: Client, someone: Someone, is_faq: int, shown: int, status: int
) -> None:
    """KnowbaseItem::canViewItem."""
    made = glpi.add("KnowbaseItem", name="a", answer="b", is_faq=is_faq)
    if shown:
        glpi.add("Entity_KnowbaseItem", knowbaseitems_id=made, entities_id=0, is_recursive=1)
    assert someone(SELF_SERVICE_TOKEN).call("GET", f"KnowbaseItem/{made}").status_code == status


@pytest.mark.parametrize("itemtype", ["State", "TaskCategory", "Manufacturer", "RequestType"])
def test_dropdowns_are_read_by_right(someone: Someone, itemtype: str) -> None:
    """CommonDropdown: the recorded technician has none of these rights."""
    assert someone(TECHNICIAN_TOKEN).call("GET", itemtype).status_code == 403


@pytest.mark.parametrize(
    ("itemtype", "given"),
    [
        ("ITILFollowup", {"itemtype": "Ticket", "content": "x"}),
        ("TicketTask", {"content": "x"}),
        ("Ticket_User", {"users_id": 7, "type": 2}),
        ("ITILSolution", {"itemtype": "Ticket", "content": "x"}),
        ("Item_Ticket", {"itemtype": "Computer", "items_id": 1}),
    ],
)
def test_an_observer_adds_to_what_is_assigned_to_him(
    glpi: Client, someone: Someone, itemtype: str, given: dict[str, object]
) -> None:
    """CommonITILObject::canAddFollowups, canSolve; TicketTask::canCreateItem; Ticket::ownItem."""
    made, observer = _ticket(glpi), someone(OBSERVER_TOKEN)
    column = "items_id" if given.get("itemtype") == "Ticket" else "tickets_id"
    assert observer.refused(itemtype, **given, **{column: made}) == _NO_RIGHT
    glpi.add("Ticket_User", tickets_id=made, users_id=_OBSERVER, type=2)
    assert observer.add(itemtype, **given, **{column: made})


def test_a_requester_comments_what_he_asked_for(glpi: Client, someone: Someone) -> None:
    made = _ticket(glpi, _users_id_requester=_OBSERVER)
    given = {"itemtype": "Ticket", "items_id": made, "content": "x"}
    assert someone(OBSERVER_TOKEN).add("ITILFollowup", **given)


def test_links_need_one_end_that_one_may_change(glpi: Client, someone: Someone) -> None:
    """CommonDBRelation::canRelationItem."""
    poster, other = someone(SELF_SERVICE_TOKEN), _ticket(glpi)
    mine, second = (poster.add("Ticket", name="n", content="c") for _ in range(2))
    pair = {"tickets_id_1": mine, "link": 1}
    assert poster.refused("Ticket_Ticket", **pair, tickets_id_2=other) == _NO_RIGHT
    assert poster.add("Ticket_Ticket", **pair, tickets_id_2=second)


def test_self_service_does_not_solve(someone: Someone) -> None:
    poster = someone(SELF_SERVICE_TOKEN)
    mine = poster.add("Ticket", name="n", content="c")
    given = {"itemtype": "Ticket", "items_id": mine, "content": "x"}
    assert poster.refused("ITILSolution", **given) == _NO_RIGHT


def test_self_service_changes_how_it_asked_and_no_more(someone: Someone) -> None:
    """CommonITILObject::handleTemplateFields: fields that are not allowed are dropped."""
    poster = someone(SELF_SERVICE_TOKEN)
    mine = poster.add("Ticket", name="n", content="c")
    assert poster.put(f"Ticket/{mine}", name="better", locations_id=1).status_code == 200
    row = poster.ticket(mine)
    assert (row["name"], row["locations_id"]) == ("better", 0)
    assert poster.put(f"Ticket/{mine}", locations_id=1).json() == ["ERROR_GLPI_UPDATE", ""]


def test_self_service_changes_nothing_that_somebody_works_on(
    glpi: Client, someone: Someone
) -> None:
    """Ticket::canRequesterUpdateItem."""
    poster = someone(SELF_SERVICE_TOKEN)
    mine = poster.add("Ticket", name="n", content="c")
    glpi.add("ITILFollowup", itemtype="Ticket", items_id=mine, content="x")
    answer = poster.put(f"Ticket/{mine}", name="better")
    assert (answer.status_code, answer.json()[1]) == _NO_RIGHT


@pytest.mark.parametrize(("commented", "status"), [(False, 200), (True, 400)])
def test_self_service_deletes_what_nobody_touched(
    glpi: Client, someone: Someone, commented: bool, status: int
) -> None:
    """Ticket::canDeleteItem."""
    poster = someone(SELF_SERVICE_TOKEN)
    mine = poster.add("Ticket", name="n", content="c")
    if commented:
        glpi.add("ITILFollowup", itemtype="Ticket", items_id=mine, content="x")
    assert poster.call("DELETE", f"Ticket/{mine}").status_code == status


def test_a_technician_takes_an_assignee_away(glpi: Client, someone: Someone) -> None:
    """CommonDBRelation::canPurgeItem: a link is purged by who may change its ticket."""
    link = glpi.add("Ticket_User", tickets_id=_ticket(glpi), users_id=7, type=2)
    assert someone(TECHNICIAN_TOKEN).call("DELETE", f"Ticket_User/{link}").status_code == 200


def test_tasks_of_closed_tickets_stay_as_they_are(glpi: Client) -> None:
    """TicketTask::canUpdateItem."""
    made = _ticket(glpi)
    task = glpi.add("TicketTask", tickets_id=made, content="x")
    glpi.put(f"Ticket/{made}", status=6)
    assert glpi.put(f"TicketTask/{task}", content="y").status_code == 400


def test_private_followups_are_seen_by_right(glpi: Client, someone: Someone) -> None:
    """Search::addDefaultWhere, ITILFollowup::canViewItem."""
    made = _ticket(glpi)
    item = {"itemtype": "Ticket", "items_id": made, "content": "x"}
    shown, hidden = glpi.add("ITILFollowup", **item), glpi.add("ITILFollowup", **item, is_private=1)
    observer = someone(OBSERVER_TOKEN)
    listed = [row["id"] for row in observer.get(f"Ticket/{made}/ITILFollowup")]
    assert (listed, len(glpi.get(f"Ticket/{made}/ITILFollowup"))) == ([shown], 2)
    assert observer.call("GET", f"ITILFollowup/{hidden}").status_code == 403


def test_self_service_lists_followups_of_its_own_tickets(glpi: Client, someone: Someone) -> None:
    """ITILFollowup::buildParentCondition."""
    poster = someone(SELF_SERVICE_TOKEN)
    mine, other = poster.add("Ticket", name="n", content="c"), _ticket(glpi)
    for made in (mine, other):
        glpi.add("ITILFollowup", itemtype="Ticket", items_id=made, content="x")
    assert {row["items_id"] for row in poster.get("ITILFollowup")} == {mine}


def test_links_of_hidden_tickets_are_hidden(glpi: Client, someone: Someone) -> None:
    link = glpi.add("Ticket_User", tickets_id=_ticket(glpi), users_id=7, type=1)
    assert someone(SELF_SERVICE_TOKEN).call("GET", f"Ticket_User/{link}").status_code == 403


def test_what_is_inherited_is_read_and_not_written(glpi: Client) -> None:
    """CommonDBTM::checkEntity."""
    glpi.call("POST", "changeActiveEntities", {"entities_id": 1})
    answer = glpi.put("Group/1", comment="x")
    assert (answer.status_code, answer.json()[1]) == _NO_RIGHT
    assert glpi.call("GET", "Group/1").status_code == 200


def test_nothing_is_inherited_from_beside(glpi: Client, database: GlpiDatabase) -> None:
    """DbUtils::getEntitiesRestrictRequest: recursive items of entities above, and no others."""
    database.load([
        ("Entity", {"id": 2, "name": "Lyon", "entities_id": 0, "level": 2}),
        ("Group", {"id": 9, "name": "Lyon only", "entities_id": 2, "is_recursive": 1}),
    ])  # fmt: skip
    glpi.call("POST", "changeActiveEntities", {"entities_id": 1})
    assert glpi.call("GET", "Group/9").status_code == 403
    assert 9 not in {row["id"] for row in glpi.get("Group")}


def test_an_own_ticket_counts_once_for_each_observer(someone: Someone) -> None:
    """API::getItems counts joined rows: Content-Range tells more than there are."""
    poster = someone(SELF_SERVICE_TOKEN)
    poster.add("Ticket", name="n", content="c", _users_id_observer=[7, 8])
    answer = poster.call("GET", "Ticket?range=0-9")
    assert (len(answer.json()), answer.headers["Content-Range"]) == (1, "0-1/2")


def test_documents_are_downloaded_by_all_and_read_by_right(glpi: Client, someone: Someone) -> None:
    """Document::post_getFromDB sends the bytes before a right is asked (doc.download_noright)."""
    made, poster = glpi.add("Document", name="d"), someone(SELF_SERVICE_TOKEN)
    assert poster.call("GET", f"Document/{made}").status_code == 403
    assert poster.add("Document", name="mine")  # Document::canCreate: who may comment


def test_no_profile_at_all_is_a_bad_request(glpi: Client) -> None:
    """API::changeActiveProfile asks isset."""
    answer = glpi.call("POST", "changeActiveProfile", {"profiles_id": None})
    assert (answer.status_code, answer.json()[0]) == (400, "ERROR")
