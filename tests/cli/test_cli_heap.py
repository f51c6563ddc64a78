"""What a process holds in memory: its threads share one heap."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

HEAPS = """
import ctypes, gc, sys, threading

if sys.argv[1] == "tuned":
    from sdtools.cli.heap import tune
    tune()

together = threading.Barrier(4)

def take():
    together.wait()
    kept = [bytes(2000) for _ in range(2000)]
    together.wait()

threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
print(gc.get_threshold()[0], file=sys.stderr)
"""


def heaps(how: str) -> tuple[int, int]:
    """Return how many heaps four threads made, and after how many objects garbage is sought."""
    done = subprocess.run(
        [sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=True
    )
    return done.stdout.count("<heap "), int(done.stderr)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are counted by glibc")
def test_threads_share_a_heap() -> None:
    """Each thread would have its own, with holes of its own."""
    many, often = heaps("plain")
    one, seldom = heaps("tuned")
    assert many > 1
    assert one == 1
    assert seldom > often
