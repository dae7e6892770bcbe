"""The grounds in plain words: whether a recipient is open, entrusted, checked or confirmed on a day."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


def day_in_japan(at: datetime) -> date:
    return at.astimezone(ZoneInfo("Asia/Tokyo")).date()


def is_open(recipient: Row, today: date) -> bool:
    """Its status lets data go to it and, where it has a contract, today is a day of that."""
    start, end = recipient["contract_from"], recipient["contract_until"]
    in_time = (start is None or today >= start) and (end is None or today <= end)
    return recipient["status"] == "ACTIVE" and in_time


def can_be_recorded(recipient: Row, names: frozenset[str]) -> bool:
    """What it is given needs no record of provision, or everything that stands in one is known."""
    if "third_party" not in names or recipient["state_organ"]:
        return True
    return bool(
        recipient["name"].strip() and recipient["address"].strip() and recipient["representative"].strip()
    )


def facts_of(recipient: Row, purpose: str, tables: dict[str, list[Row]], today: date) -> dict[str, bool]:
    """What is true of a recipient for a purpose today, whoever the person is."""
    mine = {
        name: [row for row in rows if recipient["id"] in (row.get("recipients") or [row.get("recipient")])]
        for name, rows in tables.items()
    }
    return {
        "entrusted": any(
            row["contract"].strip()
            and purpose in row["purposes"]
            and _between(row["from_on"], row["until_on"], row["ended_on"], today)
            and today <= (row["supervised_on"] or row["from_on"]) + timedelta(days=row["supervise_days"])
            for row in mine["entrustments"]
        ),
        "succeeded": any(
            row["reference"].strip()
            and purpose in row["purposes"]
            and _between(row["on_day"], None, row["ended_on"], today)
            for row in mine["successions"]
        ),
        "jointly-used": any(
            purpose in row["purposes"] and _five_matters(row, today) for row in mine["joint_uses"]
        ),
        "confirmed": any(
            _between(row["confirmed_on"], row["until_on"], row["ended_on"], today)
            and (recipient["country"] == "JP" or bool(row["foreign_informed"]))
            for row in mine["confirmations"]
        ),
        "equivalent": recipient["country"] != "JP" and recipient["foreign_route"] == "EQUIVALENT",
        "identifying": bool(recipient["identifying"]),
    }


def stands_in(recipient: Row, tables: dict[str, list[Row]], today: date) -> bool:
    """Whether its country, or its system as last checked, takes the place of what each person is told."""
    if recipient["foreign_route"] == "DESIGNATED":
        return True
    checks = [row for row in tables["foreign_checks"] if row["recipient"] == recipient["id"]]
    if recipient["foreign_route"] != "EQUIVALENT" or not checks:
        return False
    last = max(checks, key=lambda row: (row["checked_on"], row["at"], row["id"]))
    return bool(last["maintained"]) and today <= last["next_due_on"]


def _five_matters(row: Row, today: date) -> bool:
    matters = ("range_of_users", "users_purpose", "manager_name", "manager_address", "manager_representative")
    if not row["items"] or row["announced_at"] is None or not all(row[each].strip() for each in matters):
        return False
    return _between(day_in_japan(row["announced_at"]), None, row["ended_on"], today)


def _between(start: date, end: date | None, ended: date | None, today: date) -> bool:
    return start <= today and (end is None or today <= end) and (ended is None or today < ended)
