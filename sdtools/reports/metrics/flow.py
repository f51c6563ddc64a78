"""What came, what left, and what is left over."""

from __future__ import annotations

from sdtools.reports.metrics.metric import Metric, Unit, Words

__all__ = ["EVENTS", "FLOW"]

NEW = Metric(
    id="new",
    title=Words(fr="Nouveaux", en="New"),
    definition=Words(
        fr="Tickets ouverts pendant la semaine, quel que soit leur état actuel. "
        "Les tickets supprimés ne comptent nulle part.",
        en="Tickets opened in the week, whatever their state now. Deleted tickets count nowhere.",
    ),
    unit=Unit.count,
    better="",
    compute=lambda scope: len(scope.new),
)

SOLVED = Metric(
    id="solved",
    title=Words(fr="Résolus", en="Solved"),
    definition=Words(
        fr="Tickets résolus pendant la semaine et non rouverts depuis ; "
        "un ticket clos sans résolution compte à sa clôture.",
        en="Tickets solved in the week and not reopened since; "
        "a ticket closed without being solved counts when it was closed.",
    ),
    unit=Unit.count,
    better="more",
    compute=lambda scope: len(scope.solved),
)

CANCELLED = Metric(
    id="cancelled",
    title=Words(fr="Annulés", en="Cancelled"),
    definition=Words(
        fr="Tickets annulés pendant la semaine ; ils ne sont pas comptés comme résolus.",
        en="Tickets cancelled in the week; they do not count as solved.",
    ),
    unit=Unit.count,
    better="",
    compute=lambda scope: len(scope.cancelled),
)

BACKLOG = Metric(
    id="backlog",
    title=Words(fr="En cours", en="Backlog"),
    definition=Words(
        fr="Tickets ouverts avant la fin de la semaine (ou avant maintenant, si elle court encore) "
        "et ni résolus, ni clos, ni annulés à ce moment. "
        "En cours = en cours la semaine précédente + nouveaux − résolus − annulés.",
        en="Tickets opened before the end of the week (or before now while it runs) and neither "
        "solved, closed nor cancelled at that moment. "
        "Backlog = backlog of the week before + new − solved − cancelled.",
    ),
    unit=Unit.count,
    better="less",
    stock=True,
    compute=lambda scope: len(scope.backlog),
)

REOPENED = Metric(
    id="reopened",
    title=Words(fr="Rouverts", en="Reopened"),
    definition=Words(
        fr="Parmi les tickets en cours à la fin de la semaine ou résolus pendant celle-ci, ceux "
        "que sdtools a vus résolus puis rouverts au moins une fois, à n'importe quel moment.",
        en="Of the tickets in the backlog at the end of the week or solved in it, those that "
        "sdtools has seen solved and opened again at least once, at any time.",
    ),
    unit=Unit.count,
    better="less",
    compute=lambda scope: sum(ticket.reopens > 0 for ticket in (*scope.backlog, *scope.solved)),
)

FLOW = (NEW, SOLVED, BACKLOG)
EVENTS = (REOPENED, CANCELLED)
