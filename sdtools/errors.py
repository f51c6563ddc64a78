"""The error tree: raise anywhere, catch in ``cli`` (and where one ticket must not stop the others).

SdtoolsError                 shown as one message, without a traceback
├── UsageError               exit 2: the command line asks for something that makes no sense
├── ConfigError              exit 2: configuration is missing, broken or incomplete
│   └── RulesError           exit 2: the rule file has mistakes (all of them, with places)
├── DeskError                exit 3: the desk failed or refused us
│   ├── DeskUnreachableError     no answer, or not an answer of a desk (maintenance page, proxy)
│   ├── DeskRefusedError         the desk answered no: wrong token, missing right, bad request
│   └── UnknownOutcomeError      a write was sent and nobody knows whether it was done
├── GuardError               exit 4: stopped before the first write (limits, first pass)
├── LeaseError               exit 5: another run holds the desk
├── StoreError               exit 2: the database cannot be opened, read or written
└── MailError                exit 3: the mail server failed or refused us
    └── MailUnreachableError     no mail server answers: no other mail need be tried now
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "ConfigError",
    "DeskError",
    "DeskRefusedError",
    "DeskUnreachableError",
    "GuardError",
    "LeaseError",
    "MailError",
    "MailUnreachableError",
    "Mistake",
    "RulesError",
    "SdtoolsError",
    "StoreError",
    "UnknownOutcomeError",
    "UsageError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a file: where, what, and what would be right."""

    file: str
    line: int  # from 1; 0 when the whole file is meant
    column: int  # from 1; 0 when the whole file is meant
    code: str  # stable, in kebab-case: "unknown-fact"
    message: str
    hint: str = ""
    source: str = ""  # the line itself, as written

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = f"{place}: {self.message}"
        return f"{text}; {self.hint}" if self.hint else text


class SdtoolsError(Exception):
    """Anything that a person can act on; ``advice`` says how."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice
        self.run: Mapping[str, object] = {}  # what an apply that broke had done by then


class UsageError(SdtoolsError):
    """The command line asks for something that makes no sense."""


class ConfigError(SdtoolsError):
    """Configuration is missing, broken or incomplete; ``mistakes`` holds all of them."""

    def __init__(self, message: str, advice: str = "", mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(message, advice)
        self.mistakes = mistakes


class RulesError(ConfigError):
    """The rule file has mistakes."""


class DeskError(SdtoolsError):
    """The desk failed or refused us."""


class DeskUnreachableError(DeskError):
    """No answer came, or what answered is not a desk; ``status`` is what it answered, if it did."""

    def __init__(self, message: str, advice: str = "", status: int = 0) -> None:
        super().__init__(message, advice)
        self.status = status


class DeskRefusedError(DeskError):
    """The desk said no; ``code`` is its own error key."""

    def __init__(self, message: str, advice: str = "", code: str = "", status: int = 0) -> None:
        super().__init__(message, advice)
        self.code = code
        self.status = status


class UnknownOutcomeError(DeskError):
    """A write was sent and nobody knows whether it was done: read back before sending again.

    ``status`` is the HTTP status of what was answered; 0 when nothing was.
    """

    def __init__(self, message: str, advice: str = "", status: int = 0) -> None:
        super().__init__(message, advice)
        self.status = status


class GuardError(SdtoolsError):
    """Stopped before the first write."""


class LeaseError(SdtoolsError):
    """Another run holds the desk."""


class StoreError(SdtoolsError):
    """The database cannot be opened, read or written."""


class MailError(SdtoolsError):
    """The mail server failed or refused us."""


class MailUnreachableError(MailError):
    """No mail server answers."""
