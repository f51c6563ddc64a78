"""A certificate made at run time, so that an embedded desk can speak TLS on loopback."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sdtools.errors import UsageError

__all__ = ["Identity", "identity"]

_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a server shows its clients, and what they check it with."""

    context: ssl.SSLContext
    ca_file: str  # PEM of the authority; requests takes it as ``verify=``


@contextmanager
def identity() -> Iterator[Identity]:
    """Make an authority and a certificate for 127.0.0.1 and localhost.

    The file of the authority is deleted at the end; no key of it is ever written. Raise UsageError
    without the ``tls`` extra.
    """
    try:
        import trustme
    except ImportError as error:
        raise UsageError(
            "the embedded desk cannot speak TLS: the package trustme is missing",
            'install it: pip install "sdtools[tls]"',
        ) from error
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*_NAMES).configure_cert(context)
    with tempfile.TemporaryDirectory(prefix="sdtools-tls-") as folder:
        path = Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(str(path))
        yield Identity(context=context, ca_file=str(path))
