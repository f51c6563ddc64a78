"""Secrets by reference: ``env:NAME``, ``file:PATH``, ``keyring:service/user`` (DESIGN 6)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sdtools.errors import ConfigError

__all__ = ["SCHEMES", "Secret", "is_reference"]

SCHEMES = ("env:", "file:", "keyring:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is kept; its value is read when it is needed and never shown."""

    reference: str
    folder: Path = field(repr=False)  # what a relative file is relative to

    def reveal(self) -> str:
        """Return the secret; ConfigError says how to provide it when it is not there."""
        scheme, _, name = self.reference.partition(":")
        value = _READERS[scheme](name, self.folder).strip()
        if not value:
            raise ConfigError(f"the secret {self.reference} is empty", "put a value there")
        return value


def is_reference(text: str) -> bool:
    """Tell whether a text names a secret rather than being one."""
    return text.startswith(SCHEMES) and len(text.partition(":")[2]) > 0


def _from_environment(name: str, _folder: Path) -> str:
    if name not in os.environ:
        raise ConfigError(
            f"the environment variable {name} is not set",
            f"set it before the call: export {name}=...",
        )
    return os.environ[name]


def _from_file(name: str, folder: Path) -> str:
    path = folder / Path(os.path.expandvars(name)).expanduser()  # $CREDENTIALS_DIRECTORY
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the secret file {path} cannot be read: {type(error).__name__}",
            "write the secret into it and make it readable for this user only (chmod 600)",
        ) from error


def _from_keyring(name: str, _folder: Path) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise ConfigError(
            "keyring is not installed", "install it: pip install 'sdtools[keyring]'"
        ) from error
    service, _, user = name.partition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        raise ConfigError(
            f"the keyring cannot be read: {type(error).__name__}", "use env: or file: instead"
        ) from error
    if value is None:
        raise ConfigError(
            f"the keyring has nothing for {name}", f"store it: keyring set {service} {user}"
        )
    return str(value)


_READERS = {"env": _from_environment, "file": _from_file, "keyring": _from_keyring}
