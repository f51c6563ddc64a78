"""What apply is given besides the plan, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sdtools.apply.said import KnownComments
from sdtools.connectors.desk import Known
from sdtools.model.memory import Memory
from sdtools.model.people import Directory
from sdtools.model.ticket import Ticket
from sdtools.plan import Outcome
from sdtools.rules.book import Renderer
from sdtools.templating import Templates

__all__ = ["Applied", "ApplyContext", "unknown"]


def unknown(_tickets: Collection[str]) -> Mapping[str, Ticket]:
    """Know nothing: every ticket is read whole."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyContext:
    """The clock, the world around the desk, and the ways to be stopped.

    ``post_webhook`` takes the address, the document's text and an idempotency key; it raises
    SdtoolsError or OSError when the receiver did not say yes. ``stop`` tells that a person asked
    to end: the batch in hand is finished. ``holds`` tells whether the desk's lease is still ours,
    and is asked before every kind of write. ``progress`` hears how many changes of how many are
    settled. ``keep`` gets tickets as they were read back: a desk does not always tell that a
    link changed (GLPI FACTS 10, date_mod), so the next pull alone might miss our own. ``known``
    gives tickets as the mirror holds them, for the look before the first write, and
    ``known_comments`` what it holds of what was said on them.
    """

    now: Callable[[], datetime]
    directory: Directory
    memory: Memory  # as stored now
    post_webhook: Callable[[str, str, str], None]
    stop: Callable[[], bool]
    holds: Callable[[], bool]
    progress: Callable[[int, int], None]
    keep: Callable[[Iterable[Ticket]], None]
    known: Known = unknown
    known_comments: KnownComments | None = None
    insisting: frozenset[str] = field(default_factory=frozenset)  # rules with ``insist: true``
    kind: str = "apply"  # of run, for the journal: "apply", "undo"
    texts: Renderer = field(default_factory=Templates.load)  # the words of a digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a plan; an interrupted one left the rest of its changes untouched."""

    run: str
    outcomes: tuple[Outcome, ...]
    requests: int
    interrupted: bool
