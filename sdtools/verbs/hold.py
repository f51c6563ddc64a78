"""Hold a desk's lease while something is done, its heartbeat kept up beside the work."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sdtools.errors import LeaseError, StoreError
from sdtools.store.database import Database
from sdtools.store.lease import Lease

__all__ = ["Held", "hold"]

_BEAT = 20.0  # seconds; a lease lasts two minutes without one


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease that we have: called, it tells whether it is still ours."""

    lease: Lease
    wall: Callable[[], datetime]

    def __call__(self) -> bool:
        """Tell whether the lease is still ours."""
        return self.lease.holds(self.wall())


@contextmanager
def hold(database: Database, desk: str, wall: Callable[[], datetime]) -> Iterator[Held]:
    """Hold the lease of a desk; the value tells at any time whether it is still ours.

    LeaseError when another run has it. ``wall`` is real time: leases are between processes.
    """
    lease = Lease(database, desk)
    ended = threading.Event()
    before = lease.owner()
    if before and _is_dead(before):  # killed: nobody has to wait until its lease runs out
        lease.bury(before)
    with lease.acquire(_owner(os.getpid()), wall()):
        beat = threading.Thread(target=_keep, args=(lease, wall, ended), daemon=True)
        beat.start()
        try:
            yield Held(lease=lease, wall=wall)
        finally:
            ended.set()
            beat.join()


def _owner(pid: int) -> str:
    """Name a process of this machine, and of this container where it is one."""
    try:
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        space = ""
    return f"{socket.gethostname()}:{space}:{pid}"


def _is_dead(owner: str) -> bool:
    """Tell whether an owner was a process of this machine that is no more."""
    pid = owner.rpartition(":")[2]
    if not pid.isdigit() or owner != _owner(int(pid)):
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, and is somebody else's
        return False
    return False


def _keep(lease: Lease, wall: Callable[[], datetime], ended: threading.Event) -> None:
    while not ended.wait(_BEAT):
        try:
            lease.heartbeat(wall())
        except LeaseError:  # lost: the work finds out by itself before its next write
            return
        except StoreError:  # the database is busy: the next beat may get through
            continue
