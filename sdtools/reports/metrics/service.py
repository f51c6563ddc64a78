"""How well people were served: service levels kept, times, satisfaction."""

from __future__ import annotations

from statistics import fmean

from sdtools.model.ticket import Ticket
from sdtools.reports.metrics.life import seconds_to_solve
from sdtools.reports.metrics.metric import Metric, Scope, Unit, Words, percentile

__all__ = ["SERVICE"]


def _answered(scope: Scope) -> float | None:
    clocks = (scope.clocks(life.ticket, "respond", scope.cut) for life in scope.lives)
    fell_due = [clock for clock in clocks if clock and scope.begin <= clock.due < scope.cut]
    kept = [not clock.breached for clock in fell_due]
    return sum(kept) / len(kept) if kept else None


def _kept(scope: Scope) -> float | None:
    clocks = (scope.clocks(ticket, "resolve", scope.cut) for ticket in scope.solved)
    kept = [not clock.breached for clock in clocks if clock is not None]
    return sum(kept) / len(kept) if kept else None


def _to_solve(scope: Scope, share: float) -> float | None:
    return percentile([seconds_to_solve(ticket) for ticket in scope.solved], share)


def _to_respond(scope: Scope) -> float | None:
    answered = (life.ticket for life in scope.lives)
    return percentile(
        [
            max(0.0, (ticket.responded - ticket.opened).total_seconds())
            for ticket in answered
            if ticket.responded is not None and scope.begin <= ticket.responded < scope.cut
        ],
        0.5,
    )


def _satisfaction(scope: Scope) -> float | None:
    given = [mark for ticket in scope.solved if (mark := _mark(ticket)) is not None]
    return fmean(given) if given else None


def _mark(ticket: Ticket) -> int | None:
    return None if "satisfaction" in ticket.unknown else ticket.satisfaction


RESPOND_KEPT = Metric(
    id="sla_respond_kept",
    title=Words(fr="Prises en charge dans les délais", en="Answered in time"),
    definition=Words(
        fr="Part des tickets dont l'échéance de prise en charge tombait dans la semaine, et dont "
        "la première réponse humaine (à défaut, la résolution) est venue à l'échéance ou avant. "
        "Les tickets encore sans réponse comptent comme manqués.",
        en="Of the tickets whose due date for the answer fell in the week, the share whose first "
        "human answer (or else the solution) came at or before it. Those still without an answer "
        "count as missed.",
    ),
    unit=Unit.share,
    better="more",
    compute=_answered,
)

RESOLVE_KEPT = Metric(
    id="sla_resolve_kept",
    title=Words(fr="Résolus dans les délais", en="Solved in time"),
    definition=Words(
        fr="Part des tickets résolus pendant la semaine et soumis à un délai de résolution, "
        "résolus à l'échéance ou avant.",
        en="Of the tickets solved in the week that had a due date for the solution, the share "
        "solved at or before it.",
    ),
    unit=Unit.share,
    better="more",
    compute=_kept,
)

SOLVE_MEDIAN = Metric(
    id="solve_median",
    title=Words(fr="Délai de résolution médian", en="Median time to solve"),
    definition=Words(
        fr="Temps écoulé, nuits et week-ends compris, de l'ouverture à la résolution, moins le "
        "temps passé en attente ; la moitié des tickets résolus pendant la semaine ont mis moins.",
        en="Time by the wall, nights and weekends included, from opening to solution, minus the "
        "time spent pending; half of the tickets solved in the week took less.",
    ),
    unit=Unit.seconds,
    better="less",
    compute=lambda scope: _to_solve(scope, 0.5),
)

SOLVE_P90 = Metric(
    id="solve_p90",
    title=Words(fr="Délai de résolution, 9 sur 10", en="Time to solve, 9 of 10"),
    definition=Words(
        fr="Le même temps : neuf tickets résolus sur dix ont mis moins (90e centile, interpolé "
        "linéairement entre les deux valeurs voisines).",
        en="The same time: nine of ten tickets solved took less (90th percentile, interpolated "
        "linearly between the two values beside it).",
    ),
    unit=Unit.seconds,
    better="less",
    compute=lambda scope: _to_solve(scope, 0.9),
)

RESPOND_MEDIAN = Metric(
    id="respond_median",
    title=Words(fr="Première réponse médiane", en="Median first response"),
    definition=Words(
        fr="Temps écoulé de l'ouverture à la première réponse humaine, pour les tickets qui l'ont "
        "reçue pendant la semaine ; ce que fait sdtools ne compte pas comme réponse.",
        en="Time by the wall from opening to the first human answer, for the tickets that got it "
        "in the week; what sdtools does is no answer.",
    ),
    unit=Unit.seconds,
    better="less",
    compute=_to_respond,
)

SATISFACTION = Metric(
    id="satisfaction",
    title=Words(fr="Satisfaction", en="Satisfaction"),
    definition=Words(
        fr="Moyenne des notes données aux tickets résolus pendant la semaine, sur l'échelle de "
        "l'outil ; les tickets sans note ne comptent pas.",
        en="Mean of the marks given to tickets solved in the week, on the desk's own scale; "
        "tickets without a mark do not count.",
    ),
    unit=Unit.score,
    better="more",
    compute=_satisfaction,
)

SERVICE = (RESPOND_KEPT, RESOLVE_KEPT, SATISFACTION, RESPOND_MEDIAN, SOLVE_MEDIAN, SOLVE_P90)
