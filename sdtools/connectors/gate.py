"""The last look before a write leaves: a line may have taken long to make, and a lease be lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection

__all__ = ["GatedAdapter"]

Gate = Callable[[str, str], None]
"""Raises when a request of this method and url must not be sent (any more)."""


class GatedAdapter(HTTPAdapter):
    """Ask a gate right before anything of a request is sent, when the line stands."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        super().__init__()

    # requests passes the settings of urllib3's pools through, as keywords of many types
    def init_poolmanager(self, *settings: Any, **more: Any) -> None:
        """Make the pool of direct lines."""
        super().init_poolmanager(*settings, **more)
        self._put_gates(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **settings: Any) -> Any:
        """Return the pool of lines by a proxy."""
        manager = super().proxy_manager_for(proxy, **settings)
        self._put_gates(manager)
        return manager

    def _put_gates(self, manager: PoolManager) -> None:
        pools: dict[str, type[HTTPConnectionPool]] = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {
            scheme: pool if issubclass(pool.ConnectionCls, _Gated) else _gated(pool, self._gate)
            for scheme, pool in pools.items()
        }


class _Gated(HTTPConnection):
    """A line that asks its gate before each part of a request."""

    _asked: tuple[str, str] | None = None  # none while the line itself is made, by a proxy

    @staticmethod
    def gate(method: str, url: str) -> None:
        """Raise when a request must not be sent; each kind of line has its own."""

    def putrequest(self, method: str, url: str, *settings: Any, **more: Any) -> None:
        self._asked = (method, url)
        super().putrequest(method, url, *settings, **more)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # as it would by itself, after we had asked
        if self._asked:
            self.gate(*self._asked)
        super().send(data)

    def close(self) -> None:
        self._asked = None
        super().close()


def _gated(pool: type[HTTPConnectionPool], gate: Gate) -> type[HTTPConnectionPool]:
    """Make a kind of pool whose lines have this gate."""
    line = type("Line", (_Gated, pool.ConnectionCls), {"gate": staticmethod(gate)})
    return type("Pool", (pool,), {"ConnectionCls": line})
