"""Limits, offsets and the paging headers of lists (FACTS 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from sdtools.emulator.servicenow.context import Call, Context, flag

__all__ = ["Page", "page_of"]

_DEFAULT_LIMIT = 10_000
_MOST = 2**31 - 1  # a larger number counts as this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A slice of a list; it is cut before ACLs hide rows."""

    limit: int
    offset: int

    def headers(self, call: Call, context: Context, total: int) -> dict[str, str]:
        """Give the headers of a list; the total knows nothing of ACLs."""
        if flag(call.parameters, "sysparm_no_count"):
            return {}
        found = {}
        if not flag(call.parameters, "sysparm_suppress_pagination_header"):
            found["Link"] = self._link(call, context, total)
        return {**found, "X-Total-Count": str(total)}

    def _link(self, call: Call, context: Context, total: int) -> str:
        kept = [one for one in call.query.split("&") if not one.startswith("sysparm_offset=")]
        address = f"{context.base_url}/{'/'.join(call.parts)}?{'&'.join(filter(None, kept))}"
        joint = "" if address.endswith("?") else "&"
        last = max(total - 1, 0) // self.limit * self.limit if self.limit else 0
        offsets = {"first": 0}
        if self.offset or context.switches.previous_on_first_page:
            offsets["prev"] = self.offset - self.limit  # -limit on the first page
        if self.offset + self.limit < total:
            offsets["next"] = self.offset + self.limit
        offsets["last"] = last
        return ",".join(
            f'<{address}{joint}sysparm_offset={offset}>;rel="{name}"'
            for name, offset in offsets.items()
        )


def page_of(call: Call, default: int = _DEFAULT_LIMIT) -> Page:
    """Read limit and offset; what is no number counts as absent."""
    return Page(
        limit=_number(call, "sysparm_limit", default), offset=_number(call, "sysparm_offset", 0)
    )


def _number(call: Call, name: str, default: int) -> int:
    text = call.parameters.get(name, "")
    if not text.isdecimal():
        return default
    return min(int(text), _MOST) if len(text) <= len(str(_MOST)) else _MOST
