"""How often the laws are tried, and a summary of how often each of them really was.

`--hypothesis-profile=chaos` tries them 2,000 times each, on other worlds with every
`--hypothesis-seed`; without it 200 times each, on the same worlds always.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

_BOTH = settings(
    stateful_step_count=6,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("laws", _BOTH, max_examples=200, derandomize=True)
settings.register_profile("chaos", _BOTH, max_examples=2000)
LAW = "law"


@pytest.fixture(scope="session")
def asked() -> settings:
    """Give the settings that the laws are tried with."""
    wanted = settings.get_current_profile_name()
    return settings.get_profile("chaos" if wanted == "chaos" else "laws")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every law and how often it was tried."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    lines = [
        text
        for report in reports
        for name, text in getattr(report, "user_properties", ())
        if name == LAW
    ]
    if lines:
        terminalreporter.section("laws: how often each was tried")
        for line in lines:
            terminalreporter.line(line)
