"""The figures of the weekly report against worlds that were counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtools.model.grades import Grade, Kind, Status
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.plan import OutcomeState
from sdtools.reports.metrics.breakdown import RowKind
from sdtools.reports.metrics.deeds import deeds
from sdtools.reports.metrics.metric import percentile
from sdtools.reports.metrics.weekly import METRICS, Material, Weekly, needed, weekly
from sdtools.reports.period import parse_week, previous

MakeTicket = Callable[..., Ticket]
MakeMaterial = Callable[..., Material]

MONDAY = datetime(2026, 11, 9, tzinfo=UTC)  # of 2026-W46
NOW = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
WEEK = parse_week("2026-W46", "UTC")


def _report(*tickets: Ticket, directory: Directory | None = None, now: datetime = NOW) -> Weekly:
    material = Material(
        desk="glpi",
        desk_url="https://glpi.example.org/",
        tickets=tickets,
        directory=directory or Directory(),
    )
    return weekly(material, WEEK, now)


def _value(report: Weekly, metric: str) -> float | None:
    return report.figure(metric).value


def test_tickets_count_as_new_solved_and_backlog_by_their_times(make_ticket: MakeTicket) -> None:
    hour = timedelta(hours=1)
    report = _report(
        make_ticket(1, MONDAY - hour),  # open since the week before
        make_ticket(2, MONDAY),  # the first moment of the week belongs to it
        make_ticket(3, MONDAY + hour, status=Status.solved, solved=MONDAY + 5 * hour),
        make_ticket(4, MONDAY - hour, status=Status.closed, solved=MONDAY + hour, closed=NOW),
        make_ticket(5, WEEK.end, status=Status.new),  # the next week's first moment
        make_ticket(6, MONDAY - 200 * hour, status=Status.solved, solved=MONDAY - hour),
        make_ticket(7, MONDAY - 200 * hour, status=Status.solved, solved=WEEK.end),
        make_ticket(8, MONDAY + hour, deleted=True),
        make_ticket(9, MONDAY - hour, status=Status.cancelled, updated=MONDAY + 2 * hour),
    )
    assert _value(report, "new") == 2  # 2, 3
    assert _value(report, "solved") == 2  # 3, 4
    assert _value(report, "cancelled") == 1  # 9
    assert _value(report, "backlog") == 3  # 1, 2, 7
    assert report.figure("backlog").before == 4  # 1, 4, 7, 9
    assert report.figure("backlog").change == -1
    assert report.figure("new").before == 3  # 1, 4, 9
    assert report.figure("solved").before == 1  # 6


def test_a_ticket_closed_without_being_solved_counts_when_it_was_closed(
    make_ticket: MakeTicket,
) -> None:
    report = _report(
        make_ticket(1, MONDAY, status=Status.closed, closed=MONDAY + timedelta(hours=2)),
        make_ticket(2, MONDAY, status=Status.solved, updated=MONDAY + timedelta(hours=4)),
    )
    assert _value(report, "solved") == 2
    assert _value(report, "solve_median") == 3 * 3600


def test_a_reopened_ticket_is_open_although_the_desk_kept_its_old_solution_time(
    make_ticket: MakeTicket,
) -> None:
    report = _report(make_ticket(1, MONDAY, solved=MONDAY + timedelta(hours=1), reopens=1))
    assert (_value(report, "solved"), _value(report, "backlog")) == (0, 1)
    assert _value(report, "reopened") == 1


def test_a_running_week_is_counted_up_to_now(make_ticket: MakeTicket) -> None:
    now = MONDAY + timedelta(days=2)
    report = _report(
        make_ticket(1, MONDAY),
        make_ticket(2, now + timedelta(hours=1)),
        now=now,
    )
    assert report.running
    assert (_value(report, "new"), _value(report, "backlog")) == (1, 1)
    assert report.weeks[-1].backlog == 1


def test_time_to_solve_leaves_waiting_out_and_interpolates(make_ticket: MakeTicket) -> None:
    def solved(number: int, hours: float, waiting: float = 0) -> Ticket:
        return make_ticket(
            number,
            MONDAY,
            status=Status.solved,
            solved=MONDAY + timedelta(hours=hours),
            waiting=timedelta(hours=waiting),
        )

    report = _report(solved(1, 1), solved(2, 10, waiting=8), solved(3, 5), solved(4, 9))
    # 1, 2, 5, 9 hours: median halfway from 2 to 5; rank of 0.9 is 2.7: 5 + 0.7 * (9 - 5).
    assert _value(report, "solve_median") == 3.5 * 3600
    assert _value(report, "solve_p90") == pytest.approx(7.8 * 3600)


def test_waiting_longer_than_it_took_makes_no_negative_time(make_ticket: MakeTicket) -> None:
    odd = make_ticket(1, MONDAY, status=Status.solved, solved=MONDAY, waiting=timedelta(hours=3))
    assert _value(_report(odd), "solve_median") == 0


def test_service_levels_count_only_solved_tickets_that_had_a_due_date(
    make_ticket: MakeTicket,
) -> None:
    def solved(number: int, **fields: object) -> Ticket:
        end = MONDAY + timedelta(hours=8)
        return make_ticket(number, MONDAY, status=Status.solved, solved=end, **fields)

    def at(hours: float) -> datetime:
        return MONDAY + timedelta(hours=hours)

    report = _report(
        solved(1, resolve_due=at(8)),  # at the due date is in time
        solved(2, resolve_due=at(7.99)),
        solved(3, resolve_due=at(20)),
        solved(4),
        solved(5, respond_due=at(1), responded=at(0.5)),
        solved(6, respond_due=at(1), responded=at(2)),
        solved(7, respond_due=at(1)),  # the solution, after 8 h, was the first answer
        solved(8, respond_due=at(9)),
        solved(9, resolve_due=at(1), unknown=frozenset({"resolve_due"})),
        make_ticket(10, MONDAY, resolve_due=at(1)),  # not solved: in the list of breaches
    )
    assert _value(report, "sla_resolve_kept") == pytest.approx(2 / 3)
    assert _value(report, "sla_respond_kept") == pytest.approx(2 / 4)
    assert [one.number for one in report.breached] == ["10"]


def test_first_response_counts_answers_of_the_week_and_satisfaction_its_marks(
    make_ticket: MakeTicket,
) -> None:
    early = MONDAY - timedelta(days=1)
    report = _report(
        make_ticket(1, MONDAY, responded=MONDAY + timedelta(minutes=10)),
        make_ticket(2, early, responded=MONDAY + timedelta(minutes=30)),
        make_ticket(3, early, responded=early + timedelta(minutes=1)),
        make_ticket(4, MONDAY, status=Status.solved, solved=MONDAY, satisfaction=5),
        make_ticket(5, MONDAY, status=Status.solved, solved=MONDAY, satisfaction=2),
        make_ticket(6, MONDAY, status=Status.solved, solved=MONDAY),
    )
    assert _value(report, "respond_median") == (10 * 60 + 24 * 3600 + 30 * 60) / 2
    assert _value(report, "satisfaction") == 3.5


def test_a_desk_without_tickets_has_counts_of_zero_and_no_other_figures() -> None:
    report = _report()
    values = {each.metric.id: each.value for each in report.figures}
    counts = {"new", "solved", "backlog", "reopened", "cancelled"}
    assert {name for name, value in values.items() if value == 0} == counts
    assert {name for name, value in values.items() if value is None} == set(values) - counts


def test_breakdowns_name_what_has_no_group_no_category_or_several_groups(
    make_ticket: MakeTicket, directory: Directory
) -> None:
    report = _report(
        make_ticket(1, MONDAY, category_id="1", groups=("2",), priority=Grade.high),
        make_ticket(2, MONDAY, category_id="2", groups=("2",)),
        make_ticket(3, MONDAY, category_id="4", groups=("1", "2")),
        make_ticket(4, MONDAY, groups=("99",)),
        make_ticket(5, MONDAY),
        directory=directory,
    )
    assert [(row.kind, row.name, row.new) for row in report.groups] == [
        (RowKind.named, "N2 Network", 2),
        (RowKind.named, "#99", 1),
        (RowKind.none, "", 1),
        (RowKind.several, "", 1),
    ]
    assert [(row.name, row.backlog) for row in report.categories] == [
        ("Network", 2),
        ("", 2),
        ("Workplace", 1),
    ]
    assert {row.name for row in report.paths} == {
        "Network > VPN",
        "Network > Wi-Fi",
        "Workplace > Printer",
        "",
    }
    assert [(row.name, row.new) for row in report.priorities] == [("high", 1), ("medium", 4)]


def test_more_than_ten_categories_are_added_up_in_a_last_line(
    make_ticket: MakeTicket, directory: Directory
) -> None:
    tickets = [
        make_ticket(number, MONDAY, category_id=str(number % 14 + 1)) for number in range(28)
    ]
    report = _report(*tickets, directory=directory)
    assert len(report.paths) == 11
    assert report.paths[-1].kind is RowKind.others
    assert report.paths[-1].new == 8


def test_the_backlog_is_counted_by_age_at_the_end_of_the_week(make_ticket: MakeTicket) -> None:
    ages = [0.5, 1, 2.9, 3, 10, 89, 90, 400]
    tickets = [
        make_ticket(number, WEEK.end - timedelta(days=age)) for number, age in enumerate(ages)
    ]
    counts = [(age.days, age.below, age.count) for age in _report(*tickets).ages]
    assert counts == [(0, 1, 1), (1, 3, 2), (3, 7, 1), (7, 30, 1), (30, 90, 1), (90, None, 2)]


def test_breached_and_at_risk_are_judged_now_with_the_worse_of_two_due_dates(
    make_ticket: MakeTicket, directory: Directory
) -> None:
    def ticket(number: int, used: float, **fields: object) -> Ticket:
        opened = NOW - timedelta(hours=100 * used)
        due = opened + timedelta(hours=100)
        return make_ticket(number, opened, **{"resolve_due": due, **fields})

    report = _report(
        ticket(1, 0.74),
        ticket(2, 0.75, groups=("2",), assignees=("7",)),
        ticket(3, 0.99),
        ticket(4, 1.5),
        ticket(5, 1.1, priority=Grade.very_high),
        ticket(6, 0.2, respond_due=NOW - timedelta(hours=1)),  # nobody has answered
        ticket(7, 0.2, respond_due=NOW - timedelta(hours=1), responded=NOW),
        ticket(8, 1.5, status=Status.solved, solved=NOW),
        directory=directory,
    )
    assert [one.number for one in report.breached] == ["5", "4", "6"]
    assert [one.which for one in report.breached] == ["resolve", "resolve", "respond"]
    assert [one.number for one in report.at_risk] == ["3", "2"]
    at_risk = report.at_risk[1]
    assert (at_risk.group, at_risk.assignee) == ("N2 Network", "Marie Dupont")
    assert at_risk.url == "https://glpi.example.org/front/ticket.form.php?id=2"
    assert at_risk.left == timedelta(hours=25)


def test_due_dates_in_a_calendar_use_its_hours_only(
    make_ticket: MakeTicket, directory: Directory
) -> None:
    friday = datetime(2026, 11, 13, 16, tzinfo=UTC)  # 17:00 in Paris: an hour before closing
    monday = datetime(2026, 11, 16, 8, tzinfo=UTC)  # 09:00: an hour after opening
    due = make_ticket(1, friday, resolve_due=monday, sla_calendar="office")
    early = datetime(2026, 11, 15, 12, tzinfo=UTC)  # Sunday: half of the two hours are used
    assert _report(due, directory=directory, now=early).at_risk == ()
    late = datetime(2026, 11, 16, 7, 45, tzinfo=UTC)
    (one,) = _report(due, directory=directory, now=late).at_risk
    assert one.used == pytest.approx(1.75 / 2)


def test_what_sdtools_did_is_added_up_by_rule() -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Line:
        rule: str
        ticket: str
        state: OutcomeState | None

    applied, refused = OutcomeState.applied, OutcomeState.refused
    rows = deeds(
        [
            Line("b", "1", applied),
            Line("a", "1", applied),
            Line("a", "1", applied),
            Line("a", "2", refused),
            Line("c", "1", OutcomeState.unchanged),
            Line("c", "1", None),
            Line("d", "1", OutcomeState.overridden),
        ]
    )
    assert [(row.rule, row.tickets, row.applied, row.refused, row.overridden) for row in rows] == [
        ("a", 1, 2, 1, 0),
        ("b", 1, 1, 0, 0),
        ("d", 0, 0, 0, 1),
    ]
    assert rows[0].troubles == (("refused", 1),)


def test_known_errors_are_ranked_by_the_new_tickets_linked_to_them(
    make_material: MakeMaterial, make_ticket: MakeTicket
) -> None:
    material = make_material(0, NOW)
    tickets = (
        make_ticket(1, MONDAY, articles=("12",), problems=("3",)),
        make_ticket(2, MONDAY, problems=("3",)),
        make_ticket(3, MONDAY, problems=("99",)),  # nothing known of it
        make_ticket(4, MONDAY - timedelta(days=9), articles=("12",)),
    )
    report = weekly(replace(material, tickets=tickets), WEEK, NOW)
    assert [(one.id, one.count) for one in report.known_errors] == [
        ("problem/3", 2),
        ("article/12", 1),
    ]


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [([], 0.5, None), ([4], 0.9, 4), ([3, 1, 2], 0.5, 2), ([0, 10], 0.9, 9), ([1, 2], 1.0, 2)],
)
def test_a_percentile_is_interpolated_between_neighbours(
    values: list[float], share: float, wanted: float | None
) -> None:
    assert percentile(values, share) == wanted


_MOMENTS = st.integers(min_value=-30 * 24, max_value=20 * 24).map(
    lambda hours: MONDAY + timedelta(hours=hours)
)
_TICKETS = st.lists(
    st.builds(
        Ticket,
        id=st.just("1"),
        number=st.just("1"),
        url=st.just("https://glpi.example.org/"),
        kind=st.sampled_from(Kind),
        title=st.just("x"),
        description=st.just(""),
        status=st.sampled_from(Status),
        urgency=st.just(Grade.low),
        impact=st.just(Grade.low),
        priority=st.sampled_from(Grade),
        opened=_MOMENTS,
        updated=_MOMENTS,
        solved=st.none() | _MOMENTS,
        closed=st.none() | _MOMENTS,
        category_id=st.sampled_from(["", "1", "2", "4", "77"]),
        groups=st.sampled_from([(), ("1",), ("2",), ("1", "2")]),
        deleted=st.booleans(),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(_TICKETS, _MOMENTS)
def test_backlog_is_the_earlier_one_plus_new_minus_what_left_and_breakdowns_add_up(
    tickets: list[Ticket], now: datetime
) -> None:
    report = _report(*tickets, now=max(now, MONDAY))
    value = {name: int(_value(report, name) or 0) for name in ("new", "solved", "cancelled")}
    backlog = report.figure("backlog")
    assert backlog.value == (
        (backlog.before or 0) + value["new"] - value["solved"] - value["cancelled"]
    )
    for rows in (report.priorities, report.categories, report.paths, report.groups):
        assert sum(row.new for row in rows) == value["new"]
        assert sum(row.solved for row in rows) == value["solved"]
        assert sum(row.backlog for row in rows) == backlog.value
    assert sum(age.count for age in report.ages) == backlog.value
    assert sum(day.new for day in report.days) == value["new"]
    assert sum(day.solved for day in report.days) == value["solved"]
    assert [week.backlog for week in report.weeks[-2:]] == [backlog.before, backlog.value]


def test_the_time_that_a_report_needs_holds_its_weeks_and_everything_up_to_now() -> None:
    begin, end = needed(WEEK, NOW)
    assert (begin, end) == (parse_week("2026-W37", "UTC").begin, NOW)
    assert needed(WEEK, MONDAY)[1] == WEEK.end
    assert previous(WEEK).begin > begin


def test_every_metric_has_its_own_id() -> None:
    assert len({metric.id for metric in METRICS}) == len(METRICS)


def test_a_figure_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        _report().figure("nonsense")
