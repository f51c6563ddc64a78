"""Mail: make a message for the wire, and hand it to the mail server."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from hashlib import blake2b
from typing import Literal

from sdtools.errors import MailError, MailUnreachableError
from sdtools.model.message import Message
from sdtools.templating import one_line

__all__ = ["Mailer", "Security", "compose"]

Security = Literal["none", "starttls", "tls"]
_PLAIN_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_ENCODING = "quoted-printable"  # survives servers without 8BITMIME, and stays readable


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """A mail server, and whom its mails come from; each message has a connection of its own."""

    host: str
    port: int
    sender: str  # an address, or "Service Desk <desk@example.org>"
    security: Security = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0  # seconds, for each step of the conversation

    def send(self, message: Message, now: datetime) -> None:
        """Send a message; raises MailError unless the server took it for every receiver."""
        mail = compose(message, self.sender, now)
        with self._trouble(), self._connect() as server:
            refused = server.send_message(mail)
        if refused:
            raise MailError(
                f"the mail server {self._place} refused {_masked(refused)} and took the others",
                "Correct the address; a message sent again has the same Message-ID.",
            )

    @property
    def _place(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def _connect(self) -> Iterator[smtplib.SMTP]:
        with self._opened() as server:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            yield server

    def _opened(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Turn what can go wrong into one sentence and what to do about it."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            raise self._error(
                "refused the user or password", _answer(error), "Check mail.user and its password."
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise self._error(
                f"refused {_masked(error.recipients)}",
                "",
                "Check the addresses, and whether the server relays for this sender.",
            ) from error
        except smtplib.SMTPSenderRefused as error:
            raise self._error(
                "refused the sender", _answer(error), "Check mail.from and whether login is needed."
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise self._error(
                "cannot do what the configuration asks", str(error), "Change mail.security or user."
            ) from error
        except smtplib.SMTPResponseException as error:
            raise self._error("refused", _answer(error), "The server's log knows more.") from error
        except ssl.SSLError as error:
            advice = "Check mail.security, and that the certificate fits the host name."
            raise self._error("has no good TLS", str(error.reason), advice) from error
        except (OSError, smtplib.SMTPException) as error:
            advice = "Check mail.host, mail.port and mail.security, and that the server runs."
            known = self._error("does not answer", str(error), advice)
            raise MailUnreachableError(str(known), advice) from error

    def _error(self, what: str, detail: str, advice: str) -> MailError:
        told = f": {one_line(detail)[:200]}" if detail else ""
        return MailError(f"the mail server {self._place} {what}{told}", advice)


def compose(message: Message, sender: str, now: datetime) -> EmailMessage:
    """Make the mail of a message: text, HTML with its pictures, attachments.

    Its Message-ID is computed from the key alone, so receivers can tell a repeat. Raises MailError
    for an address that is none.
    """
    mail = EmailMessage(policy=SMTP)
    writer = _address(sender)
    mail["From"] = writer
    mail["To"] = tuple(_address(receiver) for receiver in message.to)
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = _message_id(message.key, writer.domain)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    mail.set_content(message.text, cte=_ENCODING)
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte=_ENCODING)
    _add_pictures(mail, message)
    for part in message.attachments:
        if not part.cid:
            kind, _, subtype = part.mime.partition("/")
            mail.add_attachment(part.data, kind, subtype, filename=one_line(part.name))
    return mail


def _add_pictures(mail: EmailMessage, message: Message) -> None:
    page = mail.get_body(("html",))
    if page is None or not isinstance(page, EmailMessage):
        return
    for part in message.attachments:
        if part.cid:
            kind, _, subtype = part.mime.partition("/")
            page.add_related(
                part.data,
                kind,
                subtype,
                cid=f"<{one_line(part.cid)}>",
                filename=one_line(part.name),
                disposition="inline",
            )


def _message_id(key: str, domain: str) -> str:
    if not _PLAIN_KEY.fullmatch(key):
        key = blake2b(key.encode(), digest_size=16).hexdigest()
    return f"<{key}@{domain}>"


def _address(text: str) -> Address:
    """Read one address; line breaks and lists in it are refused, not repaired."""
    address = _parsed(text) if text == one_line(text) else None
    if address is None or not address.username or not address.domain:
        raise MailError(f"{_mask(text)} is not a mail address", "Write somebody@example.org.")
    return address


def _parsed(text: str) -> Address | None:
    found = getaddresses([text])
    if len(found) != 1:
        return None
    name, plain = found[0]
    try:
        return Address(display_name=name, addr_spec=plain)
    except (ValueError, MessageError, IndexError):  # what the parser raises on odd input
        return None


def _masked(addresses: object) -> str:
    names = addresses if isinstance(addresses, dict) else {}
    return ", ".join(_mask(str(name)) for name in names) or "the receivers"


def _mask(address: str) -> str:
    """Name an address so that its owner's admin knows it, and a log does not tell it."""
    name, _, domain = one_line(address).rpartition("@")
    return f"{name[:1]}…@{domain}" if name else "(no @ in it)"


def _answer(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{error.smtp_code} {text}"
