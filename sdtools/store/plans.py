"""Plans as JSON: saved, reviewed by people, and applied later exactly as they were."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, and_, delete, select

from sdtools.errors import UsageError
from sdtools.plan import Plan
from sdtools.store.codec import Codec
from sdtools.store.database import Database
from sdtools.store.schema import plans
from sdtools.store.upsert import upsert

__all__ = ["PlanShelf", "plan_from_json", "plan_to_json"]

_KEPT = 20  # plans of a desk: they hold ticket texts, so no more than somebody may want
_SHOWN = 5  # mistakes in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlanFile:
    """What a plan file holds: a format number that rises when older programs cannot read it."""

    format: Literal[1]
    plan: Plan


_ADVICE = "Make one with `sdtools plan DESK --out FILE`; edit it only by leaving out changes."
_EXACT = Codec(Plan)


@cache
def _file() -> TypeAdapter[_PlanFile]:
    """Return what reads and writes plan files: made when there is one, for it takes its time."""
    return TypeAdapter(_PlanFile)


def plan_to_json(plan: Plan) -> str:
    """Return the plan as an indented JSON text; :func:`plan_from_json` gives an equal plan."""
    return _file().dump_json(_PlanFile(format=1, plan=plan), indent=2).decode("utf-8") + "\n"


def plan_from_json(text: str) -> Plan:
    """Return the plan of a text; raises UsageError naming everything that is wrong with it."""
    try:
        plan = _file().validate_json(text, strict=True).plan
        return _EXACT.load(_EXACT.dump(plan))  # every time in UTC; one without a zone is refused
    except TypeError as error:
        raise UsageError("a time in this plan has no zone", _ADVICE) from error
    except ValidationError as error:
        raise UsageError(
            f"this is not a plan that sdtools can apply: {_mistakes(error)}",
            _ADVICE,
        ) from None  # the error quotes ticket texts


def _mistakes(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [
        ": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"])))
        for one in found[:_SHOWN]
    ]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "; ".join(shown + more)


class PlanShelf:
    """The saved plans of one desk, the newest twenty."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._mine = plans.c.desk == desk
        self._desk = desk

    def save(self, plan: Plan) -> tuple[str, ...]:
        """Keep a plan under its id; returns the ids of those that are too old to be kept."""
        row = {
            "desk": self._desk,
            "id": plan.id,
            "made": plan.now,
            "blocked": plan.blocked is not None,
            "document": plan_to_json(plan),
        }
        with self._database.begin() as connection:
            upsert(connection, plans, [row])
            return self._drop_old(connection)

    def _drop_old(self, connection: Connection) -> tuple[str, ...]:
        newest = select(plans.c.id).where(self._mine).order_by(plans.c.made.desc())
        old = tuple(connection.execute(newest).scalars())[_KEPT:]
        connection.execute(delete(plans).where(self._mine, plans.c.id.in_(old)))
        return old

    def load(self, id: str) -> Plan:
        """Return a saved plan; raises UsageError when there is none of that id."""
        with self._database.reading() as connection:
            wanted = select(plans.c.document).where(and_(self._mine, plans.c.id == id))
            document = connection.execute(wanted).scalar()
        if document is None:
            raise UsageError(
                f"the desk {self._desk} has no saved plan {id!r}",
                f"Make one with `sdtools plan {self._desk} --out FILE`.",
            )
        return plan_from_json(document)

    def latest_blocked(self) -> Plan | None:
        """Return the newest plan that the guard stopped, None when it stopped none."""
        blocked = select(plans.c.document).where(self._mine, plans.c.blocked)
        with self._database.reading() as connection:
            newest = connection.execute(blocked.order_by(plans.c.made.desc()).limit(1))
            document = newest.scalar()
        return plan_from_json(document) if document else None
