"""What a rule may do, and when: one test a sentence of the design's section 5."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from semantics_paper import NOW, TICKET, paper_with

from sdtools.model.effects import Notify
from sdtools.model.grades import Grade, Status
from sdtools.model.knowledge import Candidate, KnownError, KnownErrorKind
from sdtools.model.memory import Written
from sdtools.model.ticket import Ticket

VIP = """
priority:
  - id: vip-is-urgent
    when: {kind: incident, requester.vip: true, urgency: {lt: high}}
    then: {set: {urgency: high}}
"""
ROUTE = """
routing:
  - id: network-to-n2
    when: {status: new, group: {empty: true}, text: {words: vpn}}
    then: {assign: {group: N2}}
"""
REMIND = """
housekeeping:
  - id: remind
    when: {status: pending}
    then: {comment: {text: "Still waiting for you, {{ ticket.requester }}", public: true}}
"""
LADDER = """
next_tier:
  - {from: N1, to: N2}
  - {from: N2, to: N3}
escalation:
  - id: ladder
    when: {kind: incident}
    clock: sla.resolve
    steps:
      - {at: 50%, then: {assign: {group: next_tier}}}
      - {at: 75%, then: {notify: {to: group.manager, template: sla_warning}}}
      - {at: 90%, then: {assign: {group: next_tier}}}
      - {at: 100%, then: {notify: {to: group.manager, template: sla_breach}}}
"""


def test_the_whole_ticket_is_judged_and_the_reasons_are_told() -> None:
    change = paper_with(VIP).plan().changes[0]
    assert (change.before, change.after, change.field) == ("medium", "high", "urgency")
    assert [reason.fact for reason in change.why] == ["kind", "requester.vip", "urgency"]


def test_what_a_rule_wrote_does_not_end_its_episode() -> None:
    desk = paper_with(VIP)
    desk.apply()
    assert desk.plan().changes == ()
    assert desk.memory["vip-is-urgent", "100"].active


def test_assigning_a_group_which_moves_new_to_assigned_does_not_end_the_episode() -> None:
    desk = paper_with(ROUTE)
    desk.apply()
    assert (desk.ticket.status, desk.ticket.groups) == (Status.assigned, ("2",))
    assert desk.plan().changes == ()
    assert desk.memory["network-to-n2", "100"].active


def test_planning_remembers_nothing() -> None:
    desk = paper_with(VIP)
    assert desk.plan() == desk.plan()
    assert not desk.memory


def test_people_win_when_they_change_what_a_rule_wrote() -> None:
    desk = paper_with(VIP)
    desk.apply()
    desk.change(urgency=Grade.low)
    plan = desk.plan()
    assert plan.changes == ()
    assert [(y.to, y.wrote, y.found) for y in plan.yields] == [("people", "high", "low")]
    desk.apply()
    desk.change(urgency=Grade.medium)
    assert desk.plan().changes == ()


def test_insist_switches_people_win_off() -> None:
    desk = paper_with(VIP.replace("    then:", "    insist: true\n    then:"))
    desk.apply()
    desk.change(urgency=Grade.low)
    assert [change.after for change in desk.plan().changes] == ["high"]


def test_a_new_episode_may_act_again_where_people_had_won() -> None:
    desk = paper_with(VIP)
    desk.apply()
    desk.change(urgency=Grade.low)
    desk.apply()
    desk.change(requesters=("2",))
    desk.apply()
    desk.later(minutes=31)
    desk.change(requesters=("1",))
    assert [change.episode for change in desk.plan().changes] == [2]


def test_an_episode_that_begins_again_within_30_minutes_is_the_same_one() -> None:
    desk = paper_with(VIP)
    desk.apply()
    desk.change(requesters=("2",), urgency=Grade.low)
    desk.apply()
    desk.later(minutes=29)
    desk.change(requesters=("1",))
    assert desk.plan().changes == ()
    assert [y.to for y in desk.plan().yields] == ["people"]


def test_a_reopened_ticket_begins_a_new_episode_at_once() -> None:
    desk = paper_with(REMIND, replace(TICKET, status=Status.pending))
    assert len(desk.apply()) == 1
    desk.change(reopens=1)
    assert [change.episode for change in desk.plan().changes] == [2]


def test_unknown_never_fires_and_never_ends_an_episode() -> None:
    unread = frozenset({"requesters"})
    assert paper_with(VIP, replace(TICKET, unknown=unread)).plan().changes == ()
    desk = paper_with(VIP)
    desk.apply()
    desk.change(unknown=unread)
    desk.apply()
    assert desk.memory["vip-is-urgent", "100"].active


def test_a_comment_is_said_once_an_episode() -> None:
    desk = paper_with(REMIND, replace(TICKET, status=Status.pending))
    assert [change.after for change in desk.apply()] == ["Still waiting for you, Person 1"]
    desk.later(days=3)
    assert desk.plan().changes == ()


def test_repeat_says_it_again_up_to_max() -> None:
    rules = REMIND.replace("    then:", "    repeat: {every: 2d, max: 2}\n    then:")
    desk = paper_with(rules, replace(TICKET, status=Status.pending))
    first = desk.apply()
    desk.later(days=1)
    assert desk.apply() == ()
    desk.later(days=1)
    second = desk.apply()
    assert len(second) == 1
    assert second[0].key != first[0].key
    desk.later(days=30)
    assert desk.plan().changes == ()


def test_one_writer_a_field_and_pass_the_later_rule_waits() -> None:
    rules = VIP + "  - {id: calm, when: {urgency: {gte: low}}, then: {set: {urgency: low}}}\n"
    plan = paper_with(rules).plan()
    assert [(change.rule, change.after) for change in plan.changes] == [("vip-is-urgent", "high")]
    assert [(c.rule, c.winner, c.wanted) for c in plan.conflicts] == [
        ("calm", "vip-is-urgent", "low")
    ]


def test_later_rules_see_the_consequences_of_earlier_ones() -> None:
    rules = VIP + (
        "routing:\n"
        "  - {id: by-priority, when: {priority: {gte: high}}, then: {assign: {group: N3}}}\n"
    )
    ticket = replace(TICKET, impact=Grade.high)
    plan = paper_with(rules, ticket).plan()
    assert [(c.rule, c.after) for c in plan.changes] == [
        ("vip-is-urgent", "high"),
        ("by-priority", "N3"),
    ]


def test_a_field_that_goes_a_b_a_within_a_day_is_parked() -> None:
    desk = paper_with(VIP)
    desk.values["100", "urgency"] = (
        Written(field="urgency", value="high", at=NOW - timedelta(hours=3)),
        Written(field="urgency", value="medium", at=NOW - timedelta(hours=2)),
    )
    plan = desk.plan()
    assert plan.changes == ()
    assert [y.to for y in plan.yields] == ["parked"]


def test_the_desk_wins_after_overriding_a_value_twice_until_the_inputs_change() -> None:
    desk = paper_with(VIP)
    desk.overrides = {"urgency": {"urgency": Grade.medium}}
    assert len(desk.apply()) == 1
    assert len(desk.apply()) == 1
    assert desk.apply() == ()
    assert [y.to for y in desk.plan().yields] == ["desk"]
    desk.change(requesters=("1", "2"))
    assert len(desk.plan().changes) == 1


def test_protected_closed_and_deleted_tickets_are_left_alone() -> None:
    protect = "protect: {category: Legal}\n"
    for ticket in (
        replace(TICKET, category_id="7"),
        replace(TICKET, unknown=frozenset({"category_id"})),
        replace(TICKET, status=Status.closed),
        replace(TICKET, deleted=True),
    ):
        assert paper_with(protect + VIP, ticket).plan().changes == ()


def test_observe_is_planned_but_never_done() -> None:
    desk = paper_with(VIP.replace("    then:", "    mode: observe\n    then:"))
    assert [change.observe for change in desk.plan().changes] == [True]
    assert desk.apply() == ()
    assert desk.ticket.urgency is Grade.medium


def test_a_rule_with_a_name_that_the_desk_lacks_is_switched_off_and_the_others_go_on() -> None:
    plan = paper_with(VIP + ROUTE.replace("N2", "N9")).plan()
    assert [off.rule for off in plan.switched_off] == ["network-to-n2"]
    assert [change.rule for change in plan.changes] == ["vip-is-urgent"]


def test_stop_hides_the_ticket_from_later_rules() -> None:
    rules = VIP.replace("    then:", "    stop: true\n    then:") + ROUTE
    assert [change.rule for change in paper_with(rules).plan().changes] == ["vip-is-urgent"]


def _on_ladder(**given: object) -> Ticket:
    due = {"resolve_due": NOW + timedelta(hours=2), "groups": ("1",), "status": Status.assigned}
    return replace(TICKET, **{**due, **given})  # type: ignore[arg-type]  # fields of a Ticket


def test_a_step_fires_once_until_the_ticket_is_reopened() -> None:
    desk = paper_with(LADDER, _on_ladder())
    assert [change.after for change in desk.apply()] == ["N2"]
    desk.change(groups=("1",))
    assert desk.plan().changes == ()
    desk.change(reopens=1)
    assert [change.after for change in desk.plan().changes] == ["N2"]


def test_after_downtime_missed_assigns_climb_once_a_step_and_one_message_is_sent() -> None:
    desk = paper_with(LADDER, _on_ladder(resolve_due=NOW - timedelta(minutes=5)))
    changes = desk.apply()
    assert (changes[0].field, changes[0].before) == ("group", "N1")
    assert [change.after for change in changes if change.field == "group"] == ["N3"]
    told = [change for change in changes if change.field == "notify"]
    assert len(told) == 1
    assert told[0].action.startswith("steps.100%.notify")
    assert desk.plan().changes == ()


def test_least_loaded_spreads_new_work_over_the_members_of_the_group() -> None:
    rules = """
routing:
  - id: share
    when: {assignee: {empty: true}, group: N2}
    then: {assign: {by: least_loaded}}
"""
    tickets = [replace(TICKET, id=str(n), number=str(n), groups=("2",)) for n in range(100, 104)]
    desk = paper_with(rules, *tickets)
    desk.apply()
    people = sorted(ticket.assignees for ticket in desk.tickets.values())
    assert people == [("12",), ("12",), ("13",), ("13",)]
    assert desk.plan().changes == ()


def test_a_signature_links_once_and_a_removed_link_is_left_to_people() -> None:
    rules = """
known_errors:
  - id: link-by-signature
    when: {status: [new, assigned], known_error.signature: true}
    then: {link: known_error}
"""
    known = KnownError(
        id="article/4", kind=KnownErrorKind.article, desk_id="4", title="VPN 809", text="Reboot"
    )
    desk = paper_with(rules)
    desk.known_errors = {known.id: known}
    desk.candidates = {"100": (Candidate(known_error=known.id, score=1.0, signature=True),)}
    desk.apply()
    assert desk.ticket.articles == ("4",)
    assert desk.plan().changes == ()
    desk.change(articles=())
    assert desk.plan().changes == ()
    assert [y.to for y in desk.plan().yields] == ["people"]


def test_the_order_of_tickets_does_not_matter() -> None:
    tickets = [replace(TICKET, id=str(n), number=str(n)) for n in range(100, 110)]
    forward = paper_with(VIP + ROUTE, *tickets).plan()
    backward = paper_with(VIP + ROUTE, *reversed(tickets)).plan()
    assert {change.key for change in forward.changes} == {c.key for c in backward.changes}


TWO = """
priority:
  - {id: first, when: {kind: incident}, then: {set: {urgency: high}}}
  - {id: second, when: {kind: incident}, then: {set: {urgency: low}}}
"""


def test_the_first_rule_keeps_its_field_in_later_passes_too() -> None:
    desk = paper_with(TWO)
    for _ in range(3):
        desk.apply()
        assert desk.ticket.urgency is Grade.high
    plan = desk.plan()
    assert (plan.changes, plan.yields) == ((), ())
    assert [conflict.winner for conflict in plan.conflicts] == ["first"]


def test_what_another_rule_moved_is_not_said_to_be_peoples_doing() -> None:
    desk = paper_with(ROUTE + LADDER, replace(TICKET, resolve_due=NOW + timedelta(minutes=10)))
    desk.apply()
    desk.apply()
    assert desk.ticket.groups == ("3",)
    assert {y.to for y in desk.plan().yields} == {"rule"}
    desk.apply()
    desk.later(days=2)  # longer than the day for which writes are remembered
    desk.values.clear()
    assert {y.to for y in desk.plan().yields} == {"rule"}


def test_a_rule_does_not_go_on_once_its_own_condition_on_the_status_is_over() -> None:
    rules = """
routing:
  - id: care
    when: {status: [new, assigned], text: {words: vpn}}
    then: [{assign: {group: N2}}, {comment: {text: Still here}}]
    repeat: {every: 1d, max: 9}
"""
    desk = paper_with(rules)
    assert len(desk.apply()) == 2
    desk.later(days=2)
    assert len(desk.plan().changes) == 1
    for status in (Status.pending, Status.solved):
        desk.change(status=status)
        assert desk.plan().changes == ()


def test_a_ladder_does_not_climb_while_its_own_condition_is_false() -> None:
    rules = LADDER.replace("{kind: incident}", "{kind: incident, status: [new, assigned]}")
    desk = paper_with(rules, _on_ladder())
    desk.apply()
    desk.change(status=Status.pending)
    desk.later(hours=3)
    assert desk.plan().changes == ()


def test_stop_lasts_as_long_as_the_episode() -> None:
    rules = VIP.replace("    then:", "    stop: true\n    then:") + ROUTE
    desk = paper_with(rules)
    desk.apply()
    assert desk.plan().changes == ()


def test_a_rule_that_breaks_on_one_ticket_leaves_no_trace_on_others() -> None:
    rules = """
priority:
  - id: breaks
    when: {kind: incident}
    then: [{set: {urgency: high}}, {comment: {text: "{{ ticket.number[9] }}"}}]
routing:
  - {id: urgent, when: {urgency: {gte: high}}, then: {comment: {text: Urgent now}}}
"""
    tickets = (replace(TICKET, id="1", number="0123456789"), replace(TICKET, id="2", number="2"))
    plan = paper_with(rules, *tickets).plan()
    assert plan.changes == ()
    assert [off.rule for off in plan.switched_off] == ["breaks"]


def test_what_was_said_is_not_said_again_because_something_was_written_above_it() -> None:
    rules = """
routing:
  - id: talk
    when: {kind: incident}
    then: [{set: {impact: high}}, {comment: {text: Hello}}]
"""
    desk = paper_with(rules)
    desk.apply()
    desk.rules = rules.replace("then: [", "then: [{comment: {text: First of all}}, ")
    assert [change.after for change in desk.plan().changes] == ["First of all"]


def test_a_step_put_below_another_does_not_climb_again() -> None:
    desk = paper_with(LADDER, _on_ladder())
    desk.apply()
    below = "steps:\n      - {at: 25%, then: {comment: {text: A quarter}}}"
    desk.rules = LADDER.replace("steps:", below)
    assert [change.field for change in desk.plan().changes] == ["comment"]


def test_of_two_links_of_a_rule_the_one_that_people_removed_stays_removed() -> None:
    rules = """
known_errors:
  - {id: both, when: {kind: incident}, then: [{link: {problem: 1}}, {link: {problem: 2}}]}
"""
    desk = paper_with(rules)
    desk.apply()
    desk.change(problems=("2",))
    assert desk.plan().changes == ()
    desk.apply()
    desk.change(problems=())
    assert desk.plan().changes == ()


def test_only_some_rules_are_judged_as_if_the_others_were_not_there() -> None:
    rules = VIP + (
        "routing:\n  - {id: told, when: {urgency: {gte: high}}, then: {comment: {text: Urgent}}}\n"
    )
    desk = paper_with(rules)
    assert len(desk.plan().changes) == 2
    assert desk.plan(frozenset({"told"})).changes == ()


def test_a_misspelt_protection_protects_everything_until_it_is_mended() -> None:
    plan = paper_with("protect: {category: {under: Leggal}}\n" + VIP).plan()
    assert plan.changes == ()
    assert "every ticket is protected" in plan.switched_off[0].reason
    elsewhere = paper_with("protect: {category: {under: Zoology}}\n" + VIP).plan()
    assert len(elsewhere.changes) == 1
    assert elsewhere.switched_off


def test_a_warning_about_the_answer_shows_the_clock_of_the_answer() -> None:
    rules = """
escalation:
  - id: answer-soon
    when: {status: new, sla.respond.used: {gte: 75%}}
    then: {notify: {to: requester, text: "{{ sla.due|date }}"}}
"""
    due = {"respond_due": NOW + timedelta(minutes=5), "resolve_due": NOW + timedelta(days=30)}
    (change,) = paper_with(rules, replace(TICKET, **due)).plan().changes  # type: ignore[arg-type]  # fields of a Ticket
    assert isinstance(change.effect, Notify)
    assert "18" in change.effect.text
