"""A reader of an embedded ServiceNow, without a whole desk around it."""

from __future__ import annotations

from sdtools.connectors.http import DeskHttp, Patience
from sdtools.connectors.servicenow.lists import Reader
from sdtools.connectors.servicenow.options import Basic, Place
from sdtools.connectors.servicenow.session import READING, ServiceNowSession
from sdtools.emulator.servicenow.desk import EmbeddedServiceNow


def reader_at(url: str, *account: str) -> Reader:
    """Give a reader that never waits, as that account (user, password) or as somebody."""
    user, password = account or ("somebody", "secret")
    http = DeskHttp(
        "snow",
        wait=lambda _: None,
        clock=lambda: 0.0,
        patience=Patience(cut=1),
        reads=(READING,),
    )
    login = Basic(user=user, password=password)
    session = ServiceNowSession(http, Place(url=url), login, lambda: 0.0, wait=lambda _: None)
    return Reader(session)


def reader_of(snow: EmbeddedServiceNow, *, admin: bool = False) -> Reader:
    """Give a reader as the integration account, or as an administrator."""
    if admin:
        return reader_at(snow.url, snow.admin_user, snow.admin_password)
    return reader_at(snow.url, snow.user, snow.password)
