"""The seeded world is believable, full of work for rules, and always the same."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sdtools.emulator.glpi.fresh_settings import MATRIX
from sdtools.emulator.world.clocks import clocks, hours_of
from sdtools.emulator.world.model import VIP, Ticket, World
from sdtools.emulator.world.seeded import PRIORITY, seeded_world
from sdtools.emulator.world.texts import knowledge, wording
from sdtools.model.grades import OPEN, Grade, Kind, Status

PARIS = ZoneInfo("Europe/Paris")


def _open(world: World) -> list[Ticket]:
    return [ticket for ticket in world.tickets if ticket.status in OPEN]


def test_the_same_seed_and_moment_give_the_same_world(seeded: World, now: datetime) -> None:
    assert seeded_world(7, 2000, now) == seeded


def test_another_seed_gives_another_world(seeded: World, now: datetime) -> None:
    assert seeded_world(8, 2000, now).tickets != seeded.tickets


@pytest.mark.parametrize("tickets", [0, 1, 30])
def test_a_world_has_as_many_tickets_as_asked(tickets: int, now: datetime) -> None:
    assert len(seeded_world(1, tickets, now).tickets) == tickets


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
        datetime(2024, 2, 29, 12, tzinfo=PARIS),
    ],
)
def test_holidays_and_week_ends_are_fine_as_now(moment: datetime) -> None:
    world = seeded_world(1, 200, moment)
    assert all(ticket.updated <= moment for ticket in world.tickets)
    assert 10 <= len(_open(world)) <= 40


def test_about_one_ticket_in_thirteen_is_open(seeded: World) -> None:
    assert 0.06 <= len(_open(seeded)) / len(seeded.tickets) <= 0.1
    states = Counter(ticket.status for ticket in seeded.tickets)
    assert states[Status.closed] > 1500
    assert min(states[status] for status in (Status.new, Status.pending, Status.solved)) >= 20


def test_tickets_come_in_working_hours_and_most_on_mondays(seeded: World) -> None:
    local = [ticket.opened.astimezone(PARIS) for ticket in seeded.tickets]
    days = Counter(at.weekday() for at in local)
    assert days[0] == max(days.values())
    assert days[5] + days[6] < days[4] / 3
    assert sum(8 <= at.hour < 18 for at in local) > 0.9 * len(local)


def test_tickets_lie_in_the_last_weeks_and_steps_follow_each_other(
    seeded: World, now: datetime
) -> None:
    for ticket in seeded.tickets:
        times = [step.at for step in ticket.steps]
        assert times == sorted(times)
        assert now - timedelta(weeks=16) < ticket.opened <= ticket.updated <= now
        assert ticket.steps[0].status is Status.new
        assert all(ticket.opened <= one.at <= now for one in ticket.remarks)
        assert all(ticket.opened <= one.at <= now for one in ticket.work)


def test_priorities_follow_the_default_matrix(seeded: World) -> None:
    assert PRIORITY == MATRIX
    for ticket in seeded.tickets:
        assert ticket.priority == PRIORITY[ticket.urgency - 1][ticket.impact - 1]


def test_every_name_that_a_ticket_points_to_exists(seeded: World) -> None:
    logins = {person.login for person in seeded.people}
    groups = {group.name: group for group in seeded.groups}
    assert len(logins) == len(seeded.people)
    for group in seeded.groups:
        assert set(group.managers) <= set(group.members) <= logins
    for ticket in seeded.tickets:
        assert {ticket.requester, ticket.opened_by} <= logins
        assert ticket.category in seeded.categories
        assert ticket.location in seeded.locations
        assert ticket.entity in {"", *seeded.entities}
        for step in ticket.steps:
            assert not step.group or step.assignee in {"", *groups[step.group].members}


def test_the_teams_have_their_tiers_and_managers(seeded: World) -> None:
    assert {group.name: group.tier for group in seeded.groups} == {
        "Service Desk N1": 1,
        "N2 Network": 2,
        "N2 Applications": 2,
        "N3 Experts": 3,
        "IT Managers": 3,
    }
    assert all(group.managers for group in seeded.groups)


def test_french_is_the_bigger_half_of_the_texts(seeded: World) -> None:
    language = {person.login: person.language for person in seeded.people}
    french = sum(language[ticket.requester] == "fr" for ticket in seeded.tickets)
    assert 0.45 < french / len(seeded.tickets) < 0.75


def test_texts_differ_and_some_look_like_real_mails(seeded: World) -> None:
    texts = [ticket.description for ticket in seeded.tickets]
    assert len(set(texts)) > 0.95 * len(texts)
    assert any("l'imprimante" in text.lower() for text in texts)
    assert any("<servicedesk@example.org> a écrit :\n>" in text for text in texts)
    assert any("\n-- \n" in text for text in texts)
    assert any(ticket.markup.startswith("<p>") for ticket in seeded.tickets)
    assert not any("{" in text for text in texts)


def test_every_category_has_something_to_say_in_both_languages(seeded: World) -> None:
    for language in ("fr", "en"):
        words = wording(language)
        leaves = {ticket.category for ticket in seeded.tickets}
        assert leaves <= set(words.incidents) | set(words.requests)
        trades = {path.partition(" > ")[0] for path in words.incidents} | {"Requests"}
        assert trades == set(words.solutions)
        assert {one.category for one in knowledge().known_errors} <= leaves


def test_rules_find_new_network_tickets_and_vips_with_low_urgency(seeded: World) -> None:
    vips = {person.login for person in seeded.people if person.category == VIP}
    waiting = [ticket for ticket in _open(seeded) if not ticket.steps[-1].group]
    assert sum(ticket.category.startswith("Network") for ticket in waiting) >= 3
    slow = [
        ticket
        for ticket in _open(seeded)
        if ticket.requester in vips and ticket.urgency < Grade.high and ticket.kind is Kind.incident
    ]
    assert len(slow) >= 3


def test_open_tickets_report_known_errors_that_nobody_linked(seeded: World) -> None:
    codes = {code for one in seeded.articles for code in one.codes}
    codes |= {code for one in seeded.problems for code in one.codes}
    assert {"809", "0x80070035", "ERP-4031"} <= codes
    fitting = [
        ticket
        for ticket in _open(seeded)
        if any(code in f"{ticket.title} {ticket.description}" for code in codes)
    ]
    assert len(fitting) >= 5
    assert not any(ticket.articles or ticket.problems for ticket in fitting)
    assert sum(bool(ticket.articles or ticket.problems) for ticket in seeded.tickets) > 50


def test_the_service_level_clocks_of_open_tickets_stand_at_all_stages(
    seeded: World, now: datetime
) -> None:
    hours, levels = hours_of(seeded, now), {one.name: one for one in seeded.service_levels}
    used = []
    for ticket in _open(seeded):
        if ticket.status is Status.assigned:
            level = levels[ticket.service_level]
            found = clocks(ticket, level, hours[level.calendar])
            spent = hours[level.calendar].elapsed(ticket.opened, now) - found.waited
            used.append(spent / level.resolve)
    for low, high in ((0, 0.5), (0.75, 0.9), (0.9, 1), (1, 100)):
        assert sum(low <= share < high for share in used) >= 3, (low, high)


def test_some_tickets_have_been_pending_for_long_and_some_for_hours(
    seeded: World, now: datetime
) -> None:
    office = hours_of(seeded, now)["office"]
    idle = [
        office.open_days(ticket.updated, now)
        for ticket in _open(seeded)
        if ticket.status is Status.pending
    ]
    assert sum(days > 5 for days in idle) >= 5
    assert sum(days < 5 for days in idle) >= 5


def test_some_closed_tickets_were_surveyed_and_answered(seeded: World) -> None:
    surveys = [ticket for ticket in seeded.tickets if ticket.satisfaction]
    assert all(ticket.status is Status.closed for ticket in surveys)
    answers = Counter(ticket.satisfaction.score for ticket in surveys if ticket.satisfaction)
    assert set(answers) == {None, 1, 2, 3, 4, 5}


def test_some_tickets_were_reopened(seeded: World) -> None:
    reopened = [
        ticket
        for ticket in seeded.tickets
        if [step.status for step in ticket.steps].count(Status.solved) > 1
    ]
    assert len(reopened) >= 10
