"""Serving an ASGI application on loopback from a thread, for as long as a ``with`` block lasts."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sdtools.errors import UsageError

__all__ = ["end_line", "listen", "reset_line", "serving"]

_STARTED_WITHIN = 10.0  # seconds; a loopback server that needs longer is broken


def listen(port: int = 0) -> socket.socket:
    """Open a loopback socket; ``port`` 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by the accepted connections: without it small answers wait for delayed ACKs.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"port {port} of this machine cannot be used: {error.strerror}",
            "name another port, or none: a free one is taken then",
        ) from error
    listener.listen(128)
    return listener


class _Protocol(HttpToolsProtocol):
    """HTTP that lets the application get at the line, to drop it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def end_line(scope: Scope, receive: Receive) -> None:
    """End a connection in the middle of an answer: what was sent so far still arrives."""
    scope["state"]["transport"].close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def reset_line(scope: Scope, receive: Receive) -> None:
    """Drop a request's connection without an answer: the client sees a reset."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # uvicorn must have noticed, or it would answer 500


class _Server(uvicorn.Server):
    """A uvicorn server that says when it is up and stops at once, without polling."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self.up.set()

    async def main_loop(self) -> None:
        await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop what is open at once: uvicorn would wait a tenth of a second, tests start many."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        while self.server_state.connections:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)

    def stop(self) -> None:
        """Stop from another thread; connections that clients keep open are dropped."""
        self.should_exit = self.force_exit = True
        self._loop.call_soon_threadsafe(self._stopped.set)


@contextmanager
def serving(
    app: ASGIApp, listener: socket.socket, tls: ssl.SSLContext | None = None
) -> Iterator[None]:
    """Serve ``app`` on ``listener`` in a thread, over ``tls`` if given; closes the socket."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,  # the desk's own clock writes it
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
        ws="none",
    )
    config.load()
    config.ssl = tls
    server = _Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener])),
        name=f"embedded-desk:{listener.getsockname()[1]}",
        daemon=True,
    )
    thread.start()
    try:
        if not server.up.wait(_STARTED_WITHIN):
            raise RuntimeError("the embedded desk did not start within 10 s")
        yield
    finally:
        if server.up.is_set():
            server.stop()
        thread.join(_STARTED_WITHIN)
        listener.close()
