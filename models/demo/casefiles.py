"""Requests of an authority: one case file that is complete, and one that is not."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise import Model

from models.cases.casefile import CaseFile, CasePerson
from models.demo.dice import Dice

AUTHORITY = "authority"
ITEMS = ("identifier", "name", "birth", "residence", "card-terms")
"""What the complete case file names: no telephone, no e-mail, no card number."""

_BY_LAW = "27-1-1"
_COOPERATION = "27-1-4"
_OFFICE = "架空地方出入国在留管理局 審査部門"
_REQUESTER = "審査官 架空 花子"
_OPENER = "個人情報保護担当 架空 次郎"
_APPROVER = "個人情報保護担当 見本 春子"


def case_files(dice: Dice, now: datetime, *, named: Iterable[str], also: Iterable[str]) -> list[Model]:
    """A complete file under Art 27(1)(i), one under (iv) that is not complete, and whom they name."""
    complete = CaseFile(
        id=dice.identifier(),
        recipient=AUTHORITY,
        basis=_BY_LAW,
        reference=f"架空入管審第{now.year}-0104号",
        office=_OFFICE,
        requester=_REQUESTER,
        approver=_APPROVER,
        consent_obstacle=None,
        items=list(ITEMS),
        valid_from=now - timedelta(days=14),
        valid_until=now + timedelta(days=365),
        opened_by=_OPENER,
        opened_at=now - timedelta(days=14, hours=2),
        approved_at=now - timedelta(days=14),
    )
    incomplete = CaseFile(
        id=dice.identifier(),
        recipient=AUTHORITY,
        basis=_COOPERATION,
        reference=f"架空入管審第{now.year}-0117号",
        office=_OFFICE,
        requester=_REQUESTER,
        approver=None,
        consent_obstacle=None,
        items=["identifier", "name"],
        valid_from=now - timedelta(days=2),
        valid_until=now + timedelta(days=365),
        opened_by=_OPENER,
        opened_at=now - timedelta(days=2),
    )
    people: list[Model] = [
        CasePerson(id=dice.identifier(), case_id=case.id, user_id=user)
        for case, users in ((complete, named), (incomplete, also))
        for user in users
    ]
    return [complete, incomplete, *people]
