"""Matching tickets to known errors: signatures to link on, likeness to suggest by."""

from sdtools.matching.knownfile import KnownErrorsError, Problem, known_errors_from, with_declared
from sdtools.matching.matcher import Matcher

__all__ = ["KnownErrorsError", "Matcher", "Problem", "known_errors_from", "with_declared"]
