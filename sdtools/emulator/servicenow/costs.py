"""What requests cost on a ServiceNow in the cloud: the few figures there are (FACTS 14)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sdtools.emulator.costs import Costs, Line, Price
from sdtools.emulator.exchange import Answered, Asked

__all__ = ["SERVICENOW_COSTS"]

# Milliseconds. Measured on a developer instance: some 600 a call, 700 for 1,000 rows. What an
# item costs in a batch is not known: taken as a call without the way there and back.
_PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "call": Price(call=600.0, row=0.1),
        "read in a batch": Price(row=50.0),  # row: each item of the batch
        "write in a batch": Price(row=150.0),
    }
)


def _bill(asked: Asked, answer: Answered) -> Iterator[Line]:
    """Say what a request is made of."""
    if not asked.path.endswith("/batch"):
        yield "call", _rows(answer)
        return
    yield "call", 0
    try:
        items = json.loads(asked.body)["rest_requests"]
        reads = sum(item.get("method", "GET") == "GET" for item in items)
    except (ValueError, KeyError, AttributeError, TypeError):
        return
    yield "read in a batch", reads
    yield "write in a batch", len(items) - reads


def _rows(answer: Answered) -> int:
    """Count the records of a list; 0 for anything else."""
    if not answer.content.startswith(b'{"result":[{'):
        return 0
    return answer.content.count(b"},{") + 1


SERVICENOW_COSTS = Costs(
    prices=_PRICES,
    bill=_bill,
    cores=4,  # the API_INT semaphores of a node
    source="ServiceNow, a developer instance in the cloud",
)
