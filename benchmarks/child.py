"""Run a command of its own process and measure it: seconds, peak memory, requests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from compileall import compile_dir
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Took", "run", "script", "sdtools"]

_MIB = 1024  # in KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What a process took, its start included, and the JSON that it printed."""

    seconds: float
    cpu: float  # seconds
    memory: int  # MiB at the peak
    requests: int
    said: Mapping[str, object]


def run(
    command: Sequence[str], folder: Path, more: Mapping[str, str], count: Callable[[], int]
) -> Took:
    """Run a command to its end; RuntimeError with its words when it fails.

    ``count`` tells how many requests the desk has had so far.
    """
    _compile()
    peak = folder / "peak"
    place = {"PYTHONPATH": str(Path(__file__).parent / "peak"), "BENCH_PEAK": str(peak)}
    before, began = count(), time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own commands
        command, cwd=folder, env={**os.environ, **place, **more}, stdout=subprocess.PIPE, text=True
    ) as child:
        out = child.stdout.read() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}: {out}")
    return Took(
        seconds=seconds,
        cpu=used.ru_utime + used.ru_stime,
        memory=int(peak.read_text()) // _MIB,
        requests=count() - before,
        said=json.loads(out),
    )


@cache
def _compile() -> None:
    """Compile the package as pip does when it installs one: a checkout may never have been."""
    compile_dir(Path(__file__).parents[1] / "sdtools", quiet=1)


def sdtools(
    *arguments: str, folder: Path, more: Mapping[str, str], count: Callable[[], int]
) -> Took:
    """Run sdtools in a folder."""
    return run((sys.executable, "-m", "sdtools", *arguments, "--json"), folder, more, count)


def script(name: str, folder: Path, more: Mapping[str, str], count: Callable[[], int]) -> Took:
    """Run one of the rivals; its state file is in the folder."""
    path = Path(__file__).parent / "rivals" / name
    return run((sys.executable, str(path), str(folder / "state.json")), folder, more, count)
