"""Somebody who works on an embedded GLPI beside us, over the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from sdtools.emulator.faults import Fault, FaultPlan
from sdtools.emulator.glpi.desk import EmbeddedGlpi
from sdtools.emulator.glpi.fresh import TECHNICIAN_TOKEN


class Person:
    """The technician of the fresh GLPI (user 4), or whose token it is."""

    def __init__(self, glpi: EmbeddedGlpi, token: str = TECHNICIAN_TOKEN) -> None:
        self._glpi = glpi
        self._headers = {"App-Token": glpi.app_token}
        answer = self._call("GET", "initSession", headers={"Authorization": f"user_token {token}"})
        self._headers["Session-Token"] = answer["session_token"]

    def add(self, itemtype: str, /, **columns: object) -> int:
        return int(self._call("POST", itemtype, {"input": columns})["id"])

    def put(self, itemtype: str, items_id: int, /, **columns: object) -> None:
        self._call("PUT", f"{itemtype}/{items_id}", {"input": columns})

    def delete(self, itemtype: str, items_id: int, *, purge: bool = False) -> None:
        self._call("DELETE", f"{itemtype}/{items_id}" + ("?force_purge=true" if purge else ""))

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        answer = requests.request(
            method,
            f"{self._glpi.url}/{path}",
            json=body,
            headers=self._headers | (headers or {}),
            timeout=10,
        )
        assert answer.ok, answer.text
        return answer.json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile(FaultPlan):
    """No faults: something else happens at the desk before a request is answered."""

    act: Callable[[int], None]  # hears the request's number

    def at(self, number: int) -> Fault | None:
        self.act(number)
        return None
