"""One HTTP session per desk: time-outs, pace, retries that are safe, and errors for people."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from sdtools.connectors.gate import GatedAdapter
from sdtools.connectors.line import Trouble, broken_line, is_json, not_an_answer
from sdtools.errors import LeaseError

__all__ = [
    "DeskHttp",
    "May",
    "Pace",
    "Patience",
    "Wait",
    "always",
    "is_loopback",
    "moment_of",
    "sleep",
]

Wait = Callable[[float], None]
May = Callable[[], bool]

sleep: Wait = time.sleep  # noqa: TID251  # the one place where a connector really waits

_BUSY = frozenset({429, 502, 503, 504})  # worth asking again
_NOT_TAKEN = 429  # the only one of them that says the request was not looked at
_BACKOFF = 1.0  # seconds, of which a random share is waited: others wait for the same desk


def always() -> bool:
    """Allow every write: for work that needs no lease."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds, and how often to try."""

    connect: float = 5.0
    read: float = 60.0  # GLPI's own web server gives up at 60
    attempts: int = 3
    limited: int = 3  # attempts when the desk says 429: it has not looked at the request
    cut: int = 3  # attempts when the line breaks in the middle of an answer
    longest_pause: float = 60.0  # a Retry-After of more is told instead of waited for
    busy: frozenset[int] = _BUSY  # statuses after which a read is worth asking again
    dice: Callable[[], float] = random.random  # the share of each back-off that is waited


class Pace:
    """A token bucket: bursts are free, the average is not exceeded; lines may share one."""

    def __init__(
        self, *, per_second: float, burst: int, clock: Callable[[], float], wait: Wait
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._wait = wait
        self._tokens = float(burst)
        self._filled = clock()
        self._lock = threading.Lock()
        self._held = 0  # lines that wait because the desk told them to
        self._free = threading.Event()
        self._free.set()

    def take(self) -> None:
        """Take one token, waiting until there is one and nobody holds the pace."""
        self._free.wait()
        with self._lock:
            now = self._clock()
            earned = (now - self._filled) * self._per_second
            self._tokens = min(self._burst, self._tokens + earned) - 1.0
            self._filled = now
            short = -self._tokens / self._per_second
        if short > 0:
            self._wait(short)

    def hold(self, seconds: float) -> None:
        """Wait, and let no line of this desk begin a request meanwhile."""
        with self._lock:
            self._held += 1
            self._free.clear()
        try:
            self._wait(seconds)
        finally:
            with self._lock:
                self._held -= 1
                if not self._held:
                    self._free.set()


class DeskHttp(requests.Session):
    """The session of one desk; safe to put under glpi-api, which assigns bare header dicts.

    Reads raise DeskUnreachableError when no desk answered. Writes raise that only when nothing
    was sent, and UnknownOutcomeError when nobody knows. Answers in JSON come back whatever their
    status below 500, for the connector to judge. Redirects are not followed: they would carry
    tokens elsewhere and turn a POST into a GET.
    """

    def __init__(
        self,
        desk: str,
        *,
        wait: Wait = sleep,
        clock: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
        per_second: float = 50.0,
        reads: tuple[str, ...] = (),
        may: May = always,
    ) -> None:
        """Make the session of the desk named ``desk``.

        ``reads`` are endings of paths that may be repeated although they are POSTed to. ``may``
        is asked when the line stands, right before a write leaves, also before one is repeated;
        after a no LeaseError is raised.
        """
        super().__init__()
        self.desk = desk
        self.count = 0
        self.last: requests.Response | None = None
        self._left = False  # some of the request in hand
        self.auth = _as_it_is  # otherwise a ~/.netrc entry replaces the Authorization header
        self._wait = wait
        self._patience = patience or Patience()
        self._reads = reads
        self._may = may
        self._pace = Pace(per_second=per_second, burst=int(per_second), clock=clock, wait=wait)
        for scheme in ("http://", "https://"):
            self.mount(scheme, GatedAdapter(self._ask))

    @property
    def headers(self) -> MutableMapping[str, str | bytes]:
        """Return the headers that go with every request."""
        return self._headers

    @headers.setter
    def headers(self, value: Mapping[str, str | bytes]) -> None:
        """Keep requests' own defaults (gzip, keep-alive) under whatever is assigned."""
        kept = CaseInsensitiveDict[str | bytes](requests.utils.default_headers())
        kept["User-Agent"] = "sdtools"
        kept.update(value)
        self._headers: MutableMapping[str, str | bytes] = kept

    # requests passes its transport settings through as keywords of many types
    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        """Send with pace and time-out, repeat what is safe to repeat, and judge the answer."""
        settings["timeout"] = settings.get("timeout") or (
            self._patience.connect,
            self._patience.read,
        )
        settings["allow_redirects"] = False
        attempt = 1
        while True:
            result = self._try(request, settings)
            pause = self._pause(request, result, attempt)
            if pause is None:
                return self._settle(request, result)
            self._rest(result, pause)
            attempt += 1

    def sibling(self) -> DeskHttp:
        """Return another line to the same desk, with cookies of its own and the same pace."""
        other = DeskHttp(
            self.desk, wait=self._wait, patience=self._patience, reads=self._reads, may=self._may
        )
        other._pace = self._pace
        return other

    def _rest(self, result: requests.Response | Trouble, seconds: float) -> None:
        """Wait for the next try; a desk that limits requests means all that we send."""
        limited = not isinstance(result, Trouble) and result.status_code == _NOT_TAKEN
        (self._pace.hold if limited else self._wait)(seconds)

    def _try(
        self, request: requests.PreparedRequest, settings: dict[str, Any]
    ) -> requests.Response | Trouble:
        self._pace.take()
        self.count += 1
        self.last = None
        self._left = False
        try:
            self.last = super().send(request, **settings)
        except requests.RequestException as error:
            return broken_line(self.desk, request.url or "", error, left=self._left)
        except LeaseError:
            self.count -= 1  # it has not left
            raise
        return self.last

    def _ask(self, method: str, url: str) -> None:
        """Note that a request leaves now; LeaseError when nothing more may be written."""
        if not (self._only_reads(method, url) or self._may()):
            raise LeaseError(
                f"another run has taken desk {self.desk} over: nothing more is written",
                "let it end, then run again: what was done is in the journal",
            )
        self._left = True

    def _pause(
        self,
        request: requests.PreparedRequest,
        result: requests.Response | Trouble,
        attempt: int,
    ) -> float | None:
        """Say how long to wait before trying again; None: do not."""
        if attempt >= self._attempts(result):
            return None
        backoff = _BACKOFF * 2.0 ** (attempt - 1) * self._patience.dice()
        safe = self._is_read(request)
        if isinstance(result, Trouble):
            return backoff if result.passing and (safe or not result.sent) else None
        if result.status_code not in self._patience.busy:
            return None
        if not safe and result.status_code != _NOT_TAKEN:
            return None
        pause = _retry_after(result, backoff)
        return pause if pause <= self._patience.longest_pause else None

    def _attempts(self, result: requests.Response | Trouble) -> int:
        if isinstance(result, Trouble):
            return self._patience.cut if result.cut else self._patience.attempts
        limited = result.status_code == _NOT_TAKEN
        return self._patience.limited if limited else self._patience.attempts

    def _settle(
        self, request: requests.PreparedRequest, result: requests.Response | Trouble
    ) -> requests.Response:
        read = self._is_read(request)
        if isinstance(result, Trouble):
            raise result.error(written=not read)
        if _is_download(request) or is_json(result, whole=not read):
            return result
        raise not_an_answer(self.desk, result).error(written=not read)

    def _is_read(self, request: requests.PreparedRequest) -> bool:
        return self._only_reads(request.method or "", request.url or "")

    def _only_reads(self, method: str, url: str) -> bool:
        return method in {"GET", "HEAD"} or urlsplit(url).path.endswith(self._reads or "\0")

    def __repr__(self) -> str:
        return f"<DeskHttp {self.desk}>"


def is_loopback(url: str) -> bool:
    """Tell whether a url stays on this machine."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, such as 127.0.0.1.example.org
        return False


def moment_of(header: str) -> datetime | None:
    """Read a date of an HTTP header, in UTC; None when it is none."""
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _is_download(request: requests.PreparedRequest) -> bool:
    return request.headers.get("Accept") == "application/octet-stream"


def _retry_after(response: requests.Response, otherwise: float) -> float:
    """Read Retry-After, in seconds or as a date (counted from the server's own clock)."""
    text = response.headers.get("Retry-After", "")
    if text.strip().isdigit():
        return float(text)
    until = moment_of(text)
    now = moment_of(response.headers.get("Date", ""))
    if until is None or now is None:
        return otherwise
    return max((until - now).total_seconds(), 0.0)
