"""What can go wrong on the line to a desk, in words that say what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import (
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from sdtools.connectors.jsonread import json_in
from sdtools.errors import DeskError, DeskUnreachableError, UnknownOutcomeError

__all__ = ["CutAnswerError", "Trouble", "broken_line", "is_json", "not_an_answer", "place"]

_READ_BACK = "look at the desk before sending it again"


class CutAnswerError(DeskUnreachableError):
    """The answer broke off, or was not there in time: a shorter one may come through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a request has no answer of a desk; the words hold neither tokens nor queries."""

    message: str
    advice: str
    sent: bool  # it may have reached the desk
    passing: bool  # may be gone a second later
    cut: bool = False  # a shorter answer may come through
    status: int = 0  # of the answer; 0 when none came

    def error(self, *, written: bool) -> DeskError:
        """Make the error to raise; ``written``: the request was to change something."""
        if written and self.sent:
            words = f"{self.message}; it may have been done"
            return UnknownOutcomeError(words, _READ_BACK, self.status)
        if self.cut:
            return CutAnswerError(self.message, self.advice)
        return DeskUnreachableError(self.message, self.advice, self.status)


def place(url: str) -> str:
    """Name a url without its query, user name and password."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def broken_line(
    desk: str, url: str, error: requests.RequestException, *, left: bool = False
) -> Trouble:
    """Translate what requests raised; its own words are left out, they may hold secrets.

    ``left``: some of the request had left when it happened.
    """
    host = urlsplit(url).hostname or "?"
    for known in _LINE:
        # Once something has left, TLS breaks as any line does: the certificate was good.
        if known.matches(error) and (known.sent or not left):
            text = known.message.format(host=host, where=place(url))
            return Trouble(
                message=f"desk {desk}: {text}",
                advice=known.advice.format(host=host),
                sent=known.sent,
                passing=known.passing,
                cut=_is_cut(error),
            )
    return Trouble(
        message=f"desk {desk}: {place(url)} cannot be asked ({type(error).__name__})",
        advice="check the url and the tokens in the configuration",
        sent=False,
        passing=False,
    )


def not_an_answer(desk: str, response: requests.Response) -> Trouble:
    """Say what it means that something else than JSON came, or an error of the server."""
    status = response.status_code
    where = place(response.request.url or "")
    said = f"{status} {_phrase(status)}".strip()
    advice, sent = _meaning(response)
    return Trouble(
        message=f"desk {desk}: {where} answered {said}{_instead(response)}{_wait(response)}",
        advice=advice,
        sent=sent,
        passing=False,
        status=status,
    )


def is_json(response: requests.Response, *, whole: bool) -> bool:
    """Tell whether a desk answered (any status below 500) in JSON; ``whole``: it parses too."""
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    if status == HTTPStatus.NO_CONTENT:
        return True
    if not response.content or response.content.lstrip()[:1] == b"<":
        return False  # a page, whatever it calls itself
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        return _parses(response)  # a proxy may have changed the type
    return not whole or _parses(response)


def _meaning(response: requests.Response) -> tuple[str, bool]:
    """Return what to do about an answer, and whether the request may have been done."""
    if response.is_redirect:
        return _elsewhere(urljoin(response.request.url or "", response.headers["Location"])), False
    for first, last, advice, sent in _STATUS:
        if first <= response.status_code <= last:
            return advice, sent
    return _page(response)


def _parses(response: requests.Response) -> bool:
    try:
        json_in(response)
    except ValueError:
        return False
    return True


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _instead(response: requests.Response) -> str:
    if not response.content:
        return " with an empty body"
    kind = response.headers.get("Content-Type", "").split(";")[0].strip()
    return "" if kind == "application/json" else f" with {kind or 'something'} instead of JSON"


def _elsewhere(target: str) -> str:
    """Advise on a redirect: to a page that wakes or logs people in, or to the desk's new place."""
    where = place(target)
    for words, advice in _PAGES:
        if any(word in where.lower() for word in words):
            return advice
    return f"the desk lives elsewhere: put {where} into the configuration"


def _wait(response: requests.Response) -> str:
    """Tell how long the desk asks to be left alone."""
    told = response.headers.get("Retry-After", "").strip()
    if response.status_code != HTTPStatus.TOO_MANY_REQUESTS or not told:
        return ""
    return f" and asks to wait {told} s" if told.isdigit() else f" and asks to wait until {told}"


def _page(response: requests.Response) -> tuple[str, bool]:
    """Advise on a page that came with a status of success (GLPI FACTS 1: maintenance is 200)."""
    if not response.content:
        return "the desk's program crashed on this request: see its own error log", True
    text = response.text[:4000].lower()
    for words, advice in _PAGES:
        if any(word in text for word in words):
            return advice, True
    return "check the url: it must be the desk's API, and not a proxy or its web pages", True


def _is_cut(error: requests.RequestException) -> bool:
    """Tell whether a shorter answer may come through: it broke off, or was not there in time.

    Requests calls a time-out within an answer no time-out.
    """
    return isinstance(error, _CUT) or isinstance(error.args and error.args[0], ReadTimeoutError)


def _reason(error: requests.RequestException) -> object:
    first = error.args[0] if error.args else None
    return first.reason if isinstance(first, MaxRetryError) else first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    matches: Callable[[requests.RequestException], bool]
    message: str
    advice: str
    sent: bool = False
    passing: bool = False


_LINE = (
    _Known(
        matches=lambda error: isinstance(error, requests.exceptions.SSLError),
        message="no trusted TLS connection to {host}",
        advice="check the certificate of {host}; for an own authority set REQUESTS_CA_BUNDLE",
    ),
    _Known(
        matches=lambda error: isinstance(error, requests.exceptions.ProxyError),
        message="the proxy on the way to {host} refused",
        advice="check HTTPS_PROXY and NO_PROXY",
        passing=True,
    ),
    _Known(
        matches=lambda error: isinstance(_reason(error), NameResolutionError),
        message="the host name {host} is unknown",
        advice="check the url, and the name server of this machine",
    ),
    _Known(
        matches=lambda error: isinstance(error, requests.exceptions.ConnectTimeout),
        message="{host} did not take the connection in time",
        advice="check that {host} is up and that no firewall drops the connection",
        passing=True,
    ),
    _Known(
        matches=lambda error: isinstance(_reason(error), NewConnectionError),
        message="{host} refused the connection",
        advice="check that the desk is running, and the port in the url",
        passing=True,
    ),
    _Known(
        matches=lambda error: isinstance(error, requests.exceptions.Timeout),
        message="{where} did not answer in time",
        advice="the desk is overloaded or hangs: try again later",
        sent=True,
        passing=True,
    ),
    _Known(
        matches=lambda error: isinstance(
            error,
            requests.exceptions.ConnectionError
            | requests.exceptions.ChunkedEncodingError
            | requests.exceptions.ContentDecodingError,
        ),
        message="the line broke while {where} was answering",
        advice="try again; if it stays, look at the proxy or load balancer on the way",
        sent=True,
        passing=True,
    ),
)

_CUT = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)

# Words of a page, or of the address of one; what to do.
_PAGES = (
    (
        ("hibernat",),
        "the instance is asleep (hibernating): sign in to it in a browser (a developer instance: "
        "at developer.servicenow.com), wait some minutes until it is awake, then try again",
    ),
    (("maintenance",), "the desk is in maintenance mode: try again when it is back"),
    (("mysql error", "database"), "the desk cannot reach its database: tell its administrator"),
    (
        ("password", "login", "log in", "signin", "sign in", "saml", "/sso", "auth_redirect"),
        "this is a login page: the url must be the API's, and neither a proxy nor a single "
        "sign-on may ask first",
    ),
)

# From, to: what to do; may it have been done.
_STATUS = (
    (300, 399, "the desk wants to be asked elsewhere, and does not say where", False),
    (401, 401, "a proxy on the way asks for a password", False),
    (404, 404, "check the url: it must be the desk's API (GLPI: .../apirest.php)", False),
    (413, 414, "the request was too big for the desk's web server", False),
    (429, 429, "the desk limits requests: try later or less often", False),
    (400, 499, "a proxy or the desk's web server refused the request", False),
    (500, 500, "the desk's program failed: see its own error log", True),
    (502, 504, "the desk's program is down or overloaded: try again later", True),
    (501, 599, "the desk's web server failed: see its log", True),
)
