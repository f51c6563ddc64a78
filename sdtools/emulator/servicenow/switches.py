"""What differs between instances or is not known for sure: one switch each (FACTS, unresolved)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["Switches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The positions of one embedded desk; the defaults are those of the facts."""

    previous_on_first_page: bool = True  # rel="prev" with a negative offset
    text_case_matters: bool = False  # in = != IN on text; LIKE and its kin never look at case
    unequal_takes_empty: bool = True  # != and NOT find empty values too
    silent_write_status: int = 200  # of an update with X-no-response-body; 204 is the other
    empty_clears_choices: bool = True  # the docs say that it clears other fields only (FACTS 1)
    priority_alone_recomputed: bool = True
    bad_reference_kept: bool = False  # False: stored empty
    stats_obey_acls: bool = False
    bare_reference_object: bool = False  # without links: {"value": id} instead of "id"
    empty_shows_unknown: bool = True  # UNKNOWN for due dates, null for choices (FACTS 1)
    state_models: bool = True  # problems and changes keep their state over REST
    cookie_needs_token: bool = False  # a session's cookie alone asks for X-UserToken
    serves_xml: bool = True
    login_refused: str = "User Not Authenticated"  # since 2026 also "User is not authenticated"
    # message of a 405, 406, 415 or of a body that cannot be read (400); absent: our own text
    refusals: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    slots: int = 4  # requests at work at the same time (semaphore API_INT)
    queue: int = 50  # requests that wait for a slot; one more is a 429 without rate headers
