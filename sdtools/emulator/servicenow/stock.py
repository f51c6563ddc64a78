"""What a stock instance holds besides: the people, groups, roles and logs of its demo data."""

from __future__ import annotations

from collections.abc import Iterator

from sdtools.emulator.servicenow.fresh import PASSWORD_SHOWN, fixed_id, fresh_rows

__all__ = ["stock_rows"]

_Row = tuple[str, dict[str, object]]
_BEGINNING = "2020-01-01 00:00:00"
_FINANCE = "a581ab703710200044e0bfc8bcbe5de8"
_FINANCE_HEAD = "46c5bf6ca9fe1981010713e3ac7d3384"
_PROBLEM_ADMIN = "26fbff173b331300ad3cc9bb34efc4bd"
_FIRST = "005d500b536073005e0addeeff7b12f4"  # sorts before all others, and is active
_PEOPLE = (
    (_FIRST, "survey.user", "survey", "user"),
    (_FINANCE_HEAD, "natasha.ingram", "Natasha", "Ingram"),
    (_PROBLEM_ADMIN, "problem.admin", "Problem", "Administrator"),
)
_ADMINS = 12  # demo data has many of them
_GROUPS = ("Application Development", "Catalog Admins", "Change Management", "Database", "Hardware")
_ADMIN_GROUPS = ("Catalog Admins", "Change Management", "Database")
_PROBLEMS = 12
_LOG_ENTRIES = 1200


def stock_rows() -> Iterator[_Row]:
    """Yield table and columns of what clients' own test suites expect of any instance.

    PySNC's reads the administrator, his department and its head, problems, roles of groups, and
    more log entries than fit in a few batches (FACTS, section c).
    """
    for table, row in (*_people(), *_groups(), *_problems(), *_log()):
        yield table, {"sys_created_on": _BEGINNING, **row}


def _people() -> Iterator[_Row]:
    yield "cmn_department", {"sys_id": _FINANCE, "name": "Finance", "dept_head": _FINANCE_HEAD}
    admin = fixed_id("sys_user", "admin")
    for table, row in fresh_rows():
        if row["sys_id"] == admin:
            yield table, {**row, "department": _FINANCE}
    for sys_id, user_name, first, last in _PEOPLE:
        yield _person(sys_id, user_name, first, last)
    role = fixed_id("sys_user_role", "admin")
    for number in range(_ADMINS):
        user_name = f"demo.admin{number}"
        found = fixed_id("sys_user", user_name)
        yield _person(found, user_name, "Demo", f"Admin {number}")
        has = fixed_id("sys_user_has_role", user_name, "admin")
        yield "sys_user_has_role", {"sys_id": has, "user": found, "role": role}


def _person(sys_id: str, user_name: str, first: str, last: str) -> _Row:
    names = {"first_name": first, "last_name": last, "name": f"{first} {last}"}
    row: dict[str, object] = {"sys_id": sys_id, "user_name": user_name, **names}
    mail = f"{user_name}@example.com"
    return "sys_user", row | {"email": mail, "active": True, "user_password": PASSWORD_SHOWN}


def _groups() -> Iterator[_Row]:
    admin_roles = {"catalog_admin", "change_admin", "database_admin"}
    for name in sorted(admin_roles):
        yield "sys_user_role", {"sys_id": fixed_id("sys_user_role", name), "name": name}
    managers = (_FINANCE_HEAD, _PROBLEM_ADMIN)
    for place, name in enumerate(_GROUPS):
        row = {"sys_id": fixed_id("sys_user_group", name), "name": name}
        yield "sys_user_group", {**row, "manager": managers[place % 2]}
    for name, role in zip(_ADMIN_GROUPS, sorted(admin_roles), strict=True):
        group = fixed_id("sys_user_group", name)
        row = {"group": group, "role": fixed_id("sys_user_role", role)}
        yield "sys_group_has_role", {"sys_id": fixed_id("sys_group_has_role", name, role), **row}


def _problems() -> Iterator[_Row]:
    for number in range(1, _PROBLEMS + 1):
        name = f"PRB{number:07}"
        row = {"number": name, "short_description": f"Stock problem {number}", "state": 101}
        opened = {"opened_by": _PROBLEM_ADMIN, "opened_at": _BEGINNING}
        yield "problem", {"sys_id": fixed_id("problem", name), **row, **opened}


def _log() -> Iterator[_Row]:
    for number in range(_LOG_ENTRIES):
        row = {"message": f"Started job {number}", "source": "scheduler"}
        yield "syslog", {"sys_id": fixed_id("syslog", str(number)), **row}
