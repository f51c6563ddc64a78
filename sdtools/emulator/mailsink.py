"""A mail server for the demo and the tests: takes everything, delivers nothing, keeps it all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, socket
from threading import Thread
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

__all__ = ["MailSink", "serve_mail"]

_HOST = "127.0.0.1"
_BIGGEST = 33_554_432  # bytes, as mail servers announce it


@dataclass(kw_only=True)  # no slots: aiosmtpd looks at every member, which Python 3.11.2 forbids
class MailSink:
    """Where the mails end up, in the order in which they came."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)

    # aiosmtpd calls it by this name, with these arguments.
    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, its lines ended as Python ends them."""
        content = cast("bytes", envelope.content).replace(b"\r\n", b"\n")
        self.messages.append(message_from_bytes(content, policy=default))
        return "250 OK"


@contextmanager
def serve_mail(port: int = 0) -> Iterator[MailSink]:
    """Run a mail server on the loopback until the block ends; port 0 takes a free one."""
    # Named as TCP, asyncio sends small answers at once: else each would wait 40 ms for an ACK.
    with socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) as listener:
        listener.bind((_HOST, port))
        sink = MailSink(host=_HOST, port=listener.getsockname()[1])
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(_listen(loop, listener, sink))
        thread = Thread(target=loop.run_forever, name="mail sink", daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _listen(
    loop: asyncio.AbstractEventLoop, listener: socket, sink: MailSink
) -> asyncio.Server:
    def conversation() -> SMTP:
        return SMTP(sink, data_size_limit=_BIGGEST, hostname="localhost", loop=loop)

    return await loop.create_server(conversation, sock=listener)


async def _hang_up(server: asyncio.Server) -> None:
    """Take no more calls and end those that are still going on."""
    server.close()
    others = asyncio.all_tasks() - {cast("asyncio.Task[None]", asyncio.current_task())}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
