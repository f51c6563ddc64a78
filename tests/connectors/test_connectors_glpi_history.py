"""Who changed which field, out of GLPI's Log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdtools.connectors.glpi.desk import GlpiDesk, glpi_desk
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.glpi.fresh import OBSERVER_TOKEN
from sdtools.model.history import Edit

AT = "2026-11-16 09:00:00"
_next = iter(range(1, 10_000))


def log(**columns: object) -> tuple[str, dict[str, object]]:
    plain: dict[str, object] = {
        "id": next(_next), "itemtype": "Ticket", "items_id": 3, "itemtype_link": "",
        "linked_action": 0, "user_name": "Dupont Marie (7)", "date_mod": AT,
        "id_search_option": 12, "old_value": "", "new_value": "",
    }  # fmt: skip
    return "Log", plain | columns


def edits(desk: GlpiDesk, since: datetime) -> list[Edit]:
    return [edit for page in desk.history(since) for edit in page]


@pytest.mark.parametrize(
    ("option", "change", "told"),
    [
        (12, ("1", "2"), ("status", "new", "assigned")),
        (12, ("4", "3"), ("status", "pending", "assigned")),
        (12, ("99", "5"), ("status", "99", "solved")),
        (10, ("3", "5"), ("urgency", "medium", "very_high")),
        (11, ("2", "4"), ("impact", "low", "high")),
        (3, ("5", "6"), ("priority", "very_high", "major")),
        (14, ("1", "2"), ("kind", "incident", "request")),
        (7, ("&nbsp; (0)", "Network &#62; VPN (2024) (2)"), ("category", "", "2")),
        (7, ("A path that the column cut o", ""), ("category", "A path that the column cut o", "")),
        (83, ("Paris (1)", "Lyon (2)"), ("location", "1", "2")),
    ],
)
def test_a_changed_field_is_told_in_our_words(
    glpi: EmbeddedGlpi,
    desk: GlpiDesk,
    now: datetime,
    option: int,
    change: tuple[str, str],
    told: tuple[str, str, str],
) -> None:
    old, new = change
    glpi.database.load([log(id_search_option=option, old_value=old, new_value=new)])
    (found,) = edits(desk, now)
    assert (found.field, found.before, found.after) == told
    assert (found.ticket_id, found.author_id, found.at) == ("3", "7", now)


def test_assignments_are_told_with_who_came_and_who_went(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    person, group = {"itemtype_link": "User"}, {"itemtype_link": "Group"}
    glpi.database.load(
        [
            log(linked_action=15, id_search_option=5, new_value="Martin Paul (8)", **person),
            log(linked_action=15, id_search_option=4, new_value="Smith Ann (9)", **person),
            log(linked_action=15, id_search_option=66, new_value="Smith Ann (9)", **person),
            log(linked_action=15, id_search_option=8, new_value="N2 R&#38;D (2)", **group),
            log(linked_action=15, id_search_option=71, new_value="N1 (1)", **group),
            # GLPI does not say in which role somebody was taken off
            log(linked_action=16, id_search_option=0, old_value="Martin Paul (8)", **person),
            log(linked_action=16, id_search_option=0, old_value="N2 (2)", **group),
        ]
    )
    found = [(one.field, one.before, one.after) for one in edits(desk, now)]
    assert found == [
        ("group", "2", ""),
        ("assignee", "8", ""),
        ("group", "", "2"),
        ("assignee", "", "8"),
    ]


@pytest.mark.parametrize(
    ("name", "author"),
    [("glpi (2)", "2"), ("Smith (IT) (9)", "9"), ("cron_closeticket", ""), ("", ""), (None, "")],
)
def test_the_author_is_an_id_or_nobody(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime, name: str | None, author: str
) -> None:
    glpi.database.load([log(user_name=name, new_value="2")])
    assert [one.author_id for one in edits(desk, now)] == [author]


def test_what_is_no_edit_of_a_ticket_is_left_out(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    glpi.database.load(
        [
            log(itemtype="Computer"),
            log(linked_action=20, itemtype_link="0", id_search_option=0),
            log(linked_action=17, itemtype_link="ITILFollowup", id_search_option=0, new_value="7"),
            log(linked_action=15, itemtype_link="Problem", id_search_option=0, new_value="P (1)"),
            log(id_search_option=1, old_value="a", new_value="b (3)"),
            log(id_search_option=64, new_value="glpi (2)"),
        ]
    )
    assert edits(desk, now) == []


def test_only_the_window_is_read_in_one_request(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    old = [log(date_mod="2026-11-01 08:00:00", new_value="2") for _ in range(300)]
    glpi.database.load([*old, *(log(new_value="2") for _ in range(20))])
    assert desk.account_id == "2"
    before = glpi.requests
    assert len(edits(desk, now)) == 20
    assert glpi.requests - before == 1


def test_the_history_after_the_tickets_costs_nothing_more(
    glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime
) -> None:
    glpi.database.load([log(new_value="2")])
    assert list(desk.tickets(now)) == []
    before = glpi.requests
    assert len(edits(desk, now)) == 1
    assert glpi.requests == before
    assert len(edits(desk, now)) == 1  # asked again, it looks again
    assert glpi.requests == before + 1


def test_long_times_are_read_in_pages(glpi: EmbeddedGlpi, desk: GlpiDesk, now: datetime) -> None:
    begin = datetime(2026, 10, 1, tzinfo=UTC)
    glpi.database.load(
        log(
            id=20_000 + number, new_value="2", date_mod=f"{begin + timedelta(minutes=number):%F %T}"
        )
        for number in range(5500)
    )
    found = edits(desk, begin)
    assert [int(one.id) for one in found] == list(range(25_499, 19_999, -1))


def test_without_the_right_there_is_no_history_and_nothing_is_asked(glpi: EmbeddedGlpi) -> None:
    glpi.database.load([log(new_value="2")])
    with glpi_desk(
        "glpi", url=glpi.url, app_token=glpi.app_token, user_token=OBSERVER_TOKEN
    ) as desk:
        assert desk.account_id == "5"
        before = glpi.requests
        assert edits(desk, datetime(2026, 1, 1, tzinfo=UTC)) == []
        assert glpi.requests == before
