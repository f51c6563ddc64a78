"""The HTTP session: what it repeats, how long it waits, and what it says when all is lost."""

from __future__ import annotations

import gzip
import random
import socket
from pathlib import Path

import pytest
import requests
import responses
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NameResolutionError

from sdtools.connectors.http import DeskHttp, Pace, Patience
from sdtools.errors import DeskError, DeskUnreachableError, UnknownOutcomeError

URL = "https://glpi.example.org/apirest.php/Ticket"
PAGE = "<html>hello</html>"


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def http(waits: list[float]) -> DeskHttp:
    patience = Patience(dice=lambda: 0.5)
    return DeskHttp("glpi", wait=waits.append, clock=lambda: 0.0, patience=patience)


@responses.activate
def test_a_read_is_repeated_when_the_server_is_busy(http: DeskHttp, waits: list[float]) -> None:
    responses.add(responses.GET, URL, status=503, body=PAGE, content_type="text/html")
    responses.add(responses.GET, URL, json=[])
    assert http.get(URL).json() == []
    assert waits == [0.5]
    assert http.count == 2


@responses.activate
def test_a_read_gives_up_after_three_tries(http: DeskHttp) -> None:
    responses.add(responses.GET, URL, status=502, body=PAGE, content_type="text/html")
    with pytest.raises(DeskUnreachableError, match="502 Bad Gateway with text/html"):
        http.get(URL)
    assert http.count == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@responses.activate
def test_a_write_is_never_repeated_when_the_server_failed(http: DeskHttp, status: int) -> None:
    responses.add(responses.POST, URL, status=status, body=PAGE, content_type="text/html")
    with pytest.raises(UnknownOutcomeError, match="it may have been done"):
        http.post(URL, json={})
    assert http.count == 1


@responses.activate
def test_a_write_is_repeated_when_it_was_not_even_looked_at(
    http: DeskHttp, waits: list[float]
) -> None:
    responses.add(
        responses.POST,
        URL,
        status=429,
        headers={"Retry-After": "7"},
        body=PAGE,
        content_type="text/html",
    )
    responses.add(responses.POST, URL, json={"id": 1}, status=201)
    assert http.post(URL, json={}).json() == {"id": 1}
    assert waits == [7.0]


@responses.activate
def test_a_retry_after_of_hours_is_told_and_not_waited_for(
    http: DeskHttp, waits: list[float]
) -> None:
    responses.add(
        responses.GET,
        URL,
        status=429,
        headers={"Retry-After": "7200"},
        body=PAGE,
        content_type="text/html",
    )
    with pytest.raises(DeskUnreachableError, match="asks to wait 7200 s"):
        http.get(URL)
    assert (waits, http.count) == ([], 1)


@responses.activate
def test_two_clients_that_were_turned_away_do_not_come_back_together() -> None:
    responses.add(responses.GET, URL, status=429, body=PAGE, content_type="text/html")
    paused: list[list[float]] = []
    for seed in (1, 2):
        paused.append([])
        patience = Patience(dice=random.Random(seed).random)
        client = DeskHttp("glpi", wait=paused[-1].append, clock=lambda: 0.0, patience=patience)
        with pytest.raises(DeskUnreachableError):
            client.get(URL)
    assert paused[0] != paused[1]
    assert all(0 <= first <= 1 and 0 <= second <= 2 for first, second in paused)


@responses.activate
def test_a_retry_after_date_counts_from_the_servers_clock(
    http: DeskHttp, waits: list[float]
) -> None:
    headers = {
        "Date": "Mon, 16 Nov 2026 09:00:00 GMT",
        "Retry-After": "Mon, 16 Nov 2026 09:00:20 GMT",
    }
    responses.add(
        responses.GET, URL, status=503, headers=headers, body=PAGE, content_type="text/html"
    )
    responses.add(responses.GET, URL, json=[])
    http.get(URL)
    assert waits == [20.0]


@pytest.mark.parametrize(
    ("page", "advice"),
    [
        ("<title>MAINTENANCE MODE</title>", "maintenance"),
        ("<title>Mysql Error</title>", "database"),
        ("<form>Login: Password:</form>", "login page"),
        ("<h1>Your instance is hibernating</h1>", "sign in to it in a browser"),
        ("<h1>Welcome</h1>", "check the url"),
        ("", "crashed"),
    ],
)
@responses.activate
def test_a_page_with_status_200_is_no_success(http: DeskHttp, page: str, advice: str) -> None:
    responses.add(responses.GET, URL, body=page, content_type="text/html")
    with pytest.raises(DeskUnreachableError) as caught:
        http.get(URL)
    assert advice in caught.value.advice


@responses.activate
def test_what_is_json_is_told_by_its_text_and_not_by_its_type(http: DeskHttp) -> None:
    responses.add(responses.GET, URL, body='{"id": 1}', content_type="text/plain")
    assert http.get(URL).json() == {"id": 1}
    responses.replace(responses.GET, URL, body=PAGE, content_type="application/json")
    with pytest.raises(DeskUnreachableError):
        http.get(URL)


@pytest.mark.parametrize(
    ("target", "advice"),
    [
        ("https://sign.example.org/saml_redirector.do?sysparm_x=1", "single sign-on"),
        ("https://example.org/hibernating", "is asleep"),
        ("https://new.example.org/api", "put https://new.example.org/api into the configuration"),
    ],
)
@responses.activate
def test_a_redirect_says_what_to_do_about_the_page_it_leads_to(
    http: DeskHttp, target: str, advice: str
) -> None:
    responses.add(responses.GET, URL, status=302, headers={"Location": target})
    with pytest.raises(DeskUnreachableError) as caught:
        http.get(URL)
    assert advice in caught.value.advice


@pytest.mark.parametrize("body", ["", "<html>", '{"id": 12'])
@responses.activate
def test_a_write_answered_without_whole_json_has_an_unknown_outcome(
    http: DeskHttp, body: str
) -> None:
    responses.add(responses.PUT, URL, body=body, content_type="application/json")
    with pytest.raises(UnknownOutcomeError):
        http.put(URL, json={})


@responses.activate
def test_a_redirect_is_not_followed_but_named(http: DeskHttp) -> None:
    target = "https://elsewhere.example.org/apirest.php?token=secret"
    responses.add(responses.GET, URL, status=301, headers={"Location": target})
    with pytest.raises(DeskUnreachableError) as caught:
        http.get(URL)
    assert "https://elsewhere.example.org/apirest.php into" in caught.value.advice
    assert "secret" not in caught.value.advice


@responses.activate
def test_a_line_that_breaks_under_a_write_leaves_its_outcome_unknown(http: DeskHttp) -> None:
    responses.add(responses.POST, URL, body=requests.ConnectionError("reset"))
    with pytest.raises(UnknownOutcomeError, match="the line broke"):
        http.post(URL, json={})
    assert http.count == 1


@responses.activate
def test_a_line_that_breaks_under_a_read_is_tried_again(http: DeskHttp) -> None:
    responses.add(responses.GET, URL, body=requests.ReadTimeout("slow"))
    responses.add(responses.GET, URL, json=[1])
    assert http.get(URL).json() == [1]


@responses.activate
def test_an_unknown_host_is_said_at_once(http: DeskHttp) -> None:
    reason = NameResolutionError(
        "glpi.example.org", HTTPConnection("glpi.example.org"), socket.gaierror("no")
    )
    pool = HTTPConnectionPool("glpi.example.org")
    responses.add(
        responses.GET, URL, body=requests.ConnectionError(MaxRetryError(pool, URL, reason))
    )
    with pytest.raises(DeskUnreachableError, match=r"host name glpi\.example\.org is unknown"):
        http.get(URL)
    assert http.count == 1


def test_a_refused_connection_is_unreachable_even_for_a_write(http: DeskHttp) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeskUnreachableError, match="refused the connection"):
        http.post(f"http://127.0.0.1:{port}/apirest.php/Ticket", json={})
    assert http.count == 3


@responses.activate
def test_a_broken_certificate_says_so(http: DeskHttp) -> None:
    responses.add(responses.GET, URL, body=requests.exceptions.SSLError("bad"))
    with pytest.raises(DeskUnreachableError, match="TLS"):
        http.get(URL)


@responses.activate
def test_messages_hold_no_query_and_no_header(http: DeskHttp) -> None:
    responses.add(responses.GET, URL, body=requests.ConnectionError("user_token=secret"))
    with pytest.raises(DeskError) as caught:
        http.get(URL, params={"user_token": "secret"}, headers={"App-Token": "secret"})
    assert "secret" not in f"{caught.value} {caught.value.advice} {http!r}"
    assert caught.value.__cause__ is None


@responses.activate
def test_gzip_survives_a_library_that_assigns_bare_headers(http: DeskHttp) -> None:
    packed = gzip.compress(b"[1, 2]")
    responses.add(
        responses.GET,
        URL,
        body=packed,
        headers={"Content-Encoding": "gzip"},
        content_type="application/json",
    )
    http.headers = {"Session-Token": "x"}
    assert http.get(URL).json() == [1, 2]
    sent = responses.calls[0].request.headers
    assert "gzip" in sent["Accept-Encoding"]
    assert sent["Session-Token"] == "x"


@responses.activate
def test_a_netrc_entry_does_not_replace_the_token(
    http: DeskHttp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine glpi.example.org login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    responses.add(responses.GET, URL, json=[])
    http.get(URL, headers={"Authorization": "user_token x"})
    assert responses.calls[0].request.headers["Authorization"] == "user_token x"


def test_the_pace_lets_a_burst_through_and_then_waits() -> None:
    waits: list[float] = []
    pace = Pace(per_second=10, burst=3, clock=lambda: 0.0, wait=waits.append)
    for _ in range(5):
        pace.take()
    assert waits == [pytest.approx(0.1), pytest.approx(0.2)]


def test_the_pace_earns_tokens_back_with_time() -> None:
    moments = iter([0.0, 0.0, 1.0, 1.0])
    waits: list[float] = []
    pace = Pace(per_second=1, burst=1, clock=lambda: next(moments), wait=waits.append)
    pace.take()
    pace.take()
    assert waits == []
