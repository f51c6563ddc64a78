"""Mail over the wire: what arrives, what is refused, and what an error says."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from socket import socket
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from sdtools.emulator.mailsink import MailSink, serve_mail
from sdtools.errors import MailError
from sdtools.model.message import Attachment, Message
from sdtools.reports.mail import Mailer, compose

NOW = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
SECRET = "correct horse battery staple"


def _message(**fields: object) -> Message:
    values: dict[str, object] = {
        "key": "weekly-glpi-2026-W46",
        "to": ("boss@example.org",),
        "subject": "Semaine 46 : 12 tickets résolus",
        "text": "Bonjour,\n\nÇa marche.\n",
        "made": NOW,
    }
    return Message(**{**values, **fields})  # type: ignore[arg-type] # built by name


def _mailer(sink: MailSink, **fields: object) -> Mailer:
    values: dict[str, object] = {
        "host": sink.host,
        "port": sink.port,
        "sender": "Bureau d'aide <desk@example.com>",
        "timeout": 5.0,
    }
    return Mailer(**{**values, **fields})  # type: ignore[arg-type] # built by name


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with serve_mail() as running:
        yield running


def test_a_mail_arrives_with_its_headers_and_both_texts(sink: MailSink) -> None:
    picture = Attachment(name="days.png", mime="image/png", data=b"\x89PNG", cid="days@x")
    table = Attachment(name="figures.csv", mime="text/csv", data=b"a,b\n")
    _mailer(sink).send(
        _message(html='<p>Ça</p><img src="cid:days@x">', attachments=(picture, table)), NOW
    )
    (mail,) = sink.messages
    assert mail["Subject"] == "Semaine 46 : 12 tickets résolus"
    assert mail["From"] == "Bureau d'aide <desk@example.com>"
    assert mail["To"] == "boss@example.org"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<weekly-glpi-2026-W46@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert plain.get_content() == "Bonjour,\n\nÇa marche.\n"
    assert "Ça" in page.get_content()
    ids = [part["Content-ID"] for part in mail.walk() if part.get_content_type() == "image/png"]
    assert ids == ["<days@x>"]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["figures.csv"]


def test_the_same_key_gives_the_same_message_id_and_another_key_another(sink: MailSink) -> None:
    mailer = _mailer(sink)
    for key in ("a:b/c d", "a:b/c d", "a:b/c e"):
        mailer.send(_message(key=key), NOW)
    first, again, other = (mail["Message-ID"] for mail in sink.messages)
    assert first == again != other


def test_one_mail_goes_to_all_its_receivers(sink: MailSink) -> None:
    _mailer(sink).send(_message(to=("a@example.org", "Zoé <b@example.org>")), NOW)
    (mail,) = sink.messages
    assert [address.addr_spec for address in mail["To"].addresses] == [
        "a@example.org",
        "b@example.org",
    ]


def test_hostile_text_adds_no_header(sink: MailSink) -> None:
    message = _message(
        subject="Hi\r\nBcc: victim@example.org\r\n\r\nbody",
        key="k>\r\nBcc: victim@example.org",
        text="\r\n.\r\nMAIL FROM:<x@example.org>\r\n",
        attachments=(Attachment(name="a\r\nX: y.txt", mime="text/plain", data=b"x"),),
    )
    _mailer(sink).send(message, NOW)
    (mail,) = sink.messages
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hi Bcc: victim@example.org body"
    assert "victim" not in str(mail["Message-ID"])
    assert "X" not in {name for part in mail.walk() for name in part}
    plain = cast("EmailMessage", mail.get_body(("plain",)))
    assert "MAIL FROM:<x@example.org>" in plain.get_content()


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "",
        "@example.org",
        "a@",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a b@example.org",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(
    sink: MailSink, address: str
) -> None:
    with pytest.raises(MailError, match="is not a mail address") as caught:
        _mailer(sink).send(_message(to=("ok@example.org", address)), NOW)
    assert caught.value.advice
    assert sink.messages == []


def test_a_server_that_is_down_is_named_with_advice() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        mailer = Mailer(host="127.0.0.1", port=port, sender="desk@example.org", timeout=5)
        with pytest.raises(MailError, match=rf"127\.0\.0\.1:{port} does not answer") as caught:
            mailer.send(_message(), NOW)
    assert "mail.host" in caught.value.advice


def test_a_server_that_hangs_is_given_up_after_the_time_out() -> None:
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        mailer = Mailer(host="127.0.0.1", port=port, sender="desk@example.org", timeout=0.2)
        with pytest.raises(MailError, match=r"does not answer.*timed out"):
            mailer.send(_message(), NOW)


class _Picky:
    """Refuses some receivers and some senders."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: object, session: object, envelope: object, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address  # type: ignore[attr-defined] # untyped library
        return "550 not you" if address.startswith("bad") else "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: object, session: object, envelope: object, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 no such mailbox gone@example.org"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined] # untyped library
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: object, session: object, envelope: object
    ) -> str:
        if b"virus" in envelope.content:  # type: ignore[attr-defined] # untyped library
            return "554 no viruses"
        self.taken.append(envelope.rcpt_tos)  # type: ignore[attr-defined] # untyped library
        return "250 OK"


@contextmanager
def _running(handler: object, **options: Any) -> Iterator[Mailer]:  # as aiosmtpd takes them
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield Mailer(host="127.0.0.1", port=port, sender="desk@example.org", timeout=5)
    finally:
        controller.stop(no_assert=True)


def test_a_refused_receiver_is_told_without_the_whole_address() -> None:
    handler = _Picky()
    with (
        _running(handler) as mailer,
        pytest.raises(MailError, match=r"refused g…@example\.org") as e,
    ):
        mailer.send(_message(to=("gone@example.org",)), NOW)
    assert "gone" not in str(e.value)
    assert handler.taken == []


def test_a_mail_that_only_some_receivers_got_is_no_success() -> None:
    handler = _Picky()
    with _running(handler) as mailer, pytest.raises(MailError, match="and took the others"):
        mailer.send(_message(to=("ok@example.org", "gone@example.org")), NOW)
    assert handler.taken == [["ok@example.org"]]


def test_a_refused_sender_is_told() -> None:
    with _running(_Picky()) as mailer, pytest.raises(MailError, match="refused the sender") as e:
        _send_as(mailer, sender="bad@example.org")
    assert "mail.from" in e.value.advice


def test_a_refused_mail_is_told_with_the_servers_own_words() -> None:
    with _running(_Picky()) as mailer, pytest.raises(MailError, match="refused: 554 no viruses"):
        mailer.send(_message(text="a virus"), NOW)


def _send_as(mailer: Mailer, **fields: object) -> None:
    from dataclasses import replace

    replace(mailer, **fields).send(_message(), NOW)  # type: ignore[arg-type] # built by name


def test_a_wrong_password_is_told_and_never_shown() -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    options: dict[str, Any] = {"authenticator": refuse, "auth_require_tls": False}
    with (
        _running(_Picky(), **options) as mailer,
        pytest.raises(MailError, match="refused the user or password") as caught,
    ):
        _send_as(mailer, user="desk", password=SECRET)
    assert SECRET not in f"{caught.value}{caught.value.advice}"
    assert SECRET not in repr(
        Mailer(host="h", port=25, sender="a@example.org", user="u", password=SECRET)
    )


def test_the_right_password_gets_in() -> None:
    def check(server: object, session: object, envelope: object, how: str, data: object) -> object:
        return AuthResult(success=getattr(data, "password", b"") == SECRET.encode())

    handler = _Picky()
    with _running(handler, authenticator=check, auth_require_tls=False) as mailer:
        _send_as(mailer, user="desk", password=SECRET)
    assert handler.taken == [["boss@example.org"]]


def test_a_server_without_starttls_or_login_is_told(sink: MailSink) -> None:
    with pytest.raises(MailError, match="cannot do what the configuration asks") as caught:
        _mailer(sink, security="starttls").send(_message(), NOW)
    assert "mail.security" in caught.value.advice
    with pytest.raises(MailError, match="cannot do what the configuration asks"):
        _mailer(sink, user="desk", password=SECRET).send(_message(), NOW)


def test_tls_against_a_plain_server_is_told(sink: MailSink) -> None:
    with pytest.raises(MailError, match="has no good TLS") as caught:
        _mailer(sink, security="tls").send(_message(), NOW)
    assert "mail.security" in caught.value.advice


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for the loopback that nobody vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {path}.crt"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_starttls_works_with_a_certificate_that_is_trusted_and_only_then(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler = _Picky()
    with _running(handler, tls_context=context, require_starttls=True) as mailer:
        with pytest.raises(MailError, match="has no good TLS: CERTIFICATE_VERIFY_FAILED"):
            _send_as(mailer, security="starttls")
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        _send_as(mailer, security="starttls")
    assert handler.taken == [["boss@example.org"]]


def test_a_mail_is_readable_by_servers_that_know_seven_bits_only() -> None:
    mail = compose(_message(html="<p>é</p>"), "desk@example.org", NOW)
    assert mail.as_bytes().isascii()


def test_the_sink_serves_the_port_it_is_told_and_lets_it_go_again() -> None:
    with serve_mail() as first:
        port = first.port
    with serve_mail(port) as second:
        assert second.port == port
        _mailer(second).send(_message(), NOW)
        assert len(second.messages) == 1
