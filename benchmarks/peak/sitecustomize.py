"""Write a process's own peak memory to the file BENCH_PEAK when it ends.

Python imports this by itself. Not ``ru_maxrss``: on Linux that of a child begins with what its
parent had when it forked.
"""

import atexit
import os


def _write() -> None:
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 (pathlib costs time)
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    with open(os.environ["BENCH_PEAK"], "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(peak)


if "BENCH_PEAK" in os.environ:
    atexit.register(_write)
