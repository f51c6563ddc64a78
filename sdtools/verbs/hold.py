"""Hold a desk's lease while something is done, its heartbeat kept up beside the work."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sdtools.errors import LeaseError, StoreError
from sdtools.store.database import Database
from sdtools.store.lease import Lease

__all__ = ["hold"]

_BEAT = 20.0  # seconds; a lease lasts two minutes without one


@contextmanager
def hold(
    database: Database, desk: str, wall: Callable[[], datetime]
) -> Iterator[Callable[[], bool]]:
    """Hold the lease of a desk; the value tells at any time whether it is still ours.

    LeaseError when another run has it. ``wall`` is real time: leases are between processes.
    """
    lease = Lease(database, desk)
    ended = threading.Event()
    with lease.acquire(f"{socket.gethostname()}:{os.getpid()}", wall()):
        beat = threading.Thread(target=_keep, args=(lease, wall, ended), daemon=True)
        beat.start()
        try:
            yield lambda: lease.holds(wall())
        finally:
            ended.set()
            beat.join()


def _keep(lease: Lease, wall: Callable[[], datetime], ended: threading.Event) -> None:
    while not ended.wait(_BEAT):
        try:
            lease.heartbeat(wall())
        except LeaseError:  # lost: the work finds out by itself before its next write
            return
        except StoreError:  # the database is busy: the next beat may get through
            continue
