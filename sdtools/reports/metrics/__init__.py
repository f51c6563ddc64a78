"""The figures of a report: one definition each, beside its code."""
