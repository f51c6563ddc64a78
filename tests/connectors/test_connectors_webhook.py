"""Webhooks: private, keyed, and honest about what became of them."""

from __future__ import annotations

import pytest
import requests
import responses

from sdtools.connectors.webhook import post_webhook
from sdtools.errors import ConfigError, DeskRefusedError, DeskUnreachableError

URL = "https://hooks.example.org/in"


@responses.activate
def test_the_document_goes_out_with_its_key() -> None:
    responses.add(responses.POST, URL, status=204)
    post_webhook(f"{URL}?token=secret", '{"ticket": "é"}', "k1")
    request = responses.calls[0].request
    assert request.body == '{"ticket": "é"}'.encode()
    assert request.headers["Idempotency-Key"] == "k1"
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/in",
        "http://127.0.0.1.example.org/in",
        "http://localhost.example.org/in",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_private_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="not private"):
        post_webhook(url, "{}", "k1")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/in", "http://localhost/in", "http://[::1]/in"]
)
@responses.activate
def test_this_machine_needs_no_tls(url: str) -> None:
    responses.add(responses.POST, url, status=200)
    post_webhook(url, "{}", "k1")
    assert len(responses.calls) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, DeskRefusedError),
        (302, DeskRefusedError),
        (429, DeskUnreachableError),
        (503, DeskUnreachableError),
    ],
)
@responses.activate
def test_a_receiver_that_says_no_or_fails_is_told_apart(
    status: int, error: type[Exception]
) -> None:
    responses.add(responses.POST, URL, status=status)
    with pytest.raises(error) as caught:
        post_webhook(f"{URL}?token=secret", "{}", "k1")
    assert "secret" not in str(caught.value)


@responses.activate
def test_a_broken_line_can_be_tried_again_with_the_same_key() -> None:
    responses.add(responses.POST, URL, body=requests.ConnectionError("reset"))
    with pytest.raises(DeskUnreachableError, match="webhook"):
        post_webhook(URL, "{}", "k1")
