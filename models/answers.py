"""The answers of a form as they are kept: one JSON object a person, in which a sealed answer is `{"sealed": cell}`.

No answer is an object otherwise, so what stands there tells by itself whether it is sealed. The cell is base64.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from models.sealing.cell import Unreadable
from models.sealing.vault import Sealing, Vault
from policies.form import ANSWERS

SEALED = "sealed"


def sealed_answers(sealing: Sealing, ref: int, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers in clear as they are to be kept; one that nobody knows is sealed."""
    return {
        key: answer if _clear(sealing, key, answer) else _sealed(sealing, ref, key, answer)
        for key, answer in answers.items()
    }


def _clear(sealing: Sealing, key: str, answer: object) -> bool:
    return answer is None or (ANSWERS + key in sealing.clear and not isinstance(answer, dict))


def _sealed(sealing: Sealing, ref: int, key: str, answer: object) -> dict[str, str]:
    cell = sealing.cell.seal(ANSWERS + key, ref, orjson.dumps(answer))
    return {SEALED: b64encode(cell).decode()}


def opened_answers(vault: Vault, ref: int, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are kept, in clear.

    Raises:
        Unreadable: one does not open.
    """
    return {
        key: orjson.loads(vault.open(ANSWERS + key, ref, _cell(ANSWERS + key, answer)))
        if isinstance(answer, dict)
        else answer
        for key, answer in answers.items()
    }


def _cell(path: str, kept: Mapping[str, Any]) -> bytes:
    try:
        return b64decode(kept[SEALED], validate=True)
    except (KeyError, TypeError, ValueError):
        raise Unreadable(path, None) from None


def answers_in(
    vault: Vault, path: str, refs: Sequence[int], texts: Sequence[str | None], *, must: bool
) -> list[Any]:
    """The answers to one question, out of the JSON text of each; None where there is none.

    With `must` they have to be sealed: one that stands in clear was not written by us.

    Raises:
        Unreadable: one does not open, or stands in clear and must not.
    """
    answers: list[Any] = [None if text is None else orjson.loads(text) for text in texts]
    sealed = [place for place, answer in enumerate(answers) if isinstance(answer, dict)]
    if must and len(sealed) + answers.count(None) < len(answers):
        raise Unreadable(path, None)
    if sealed:
        cells = [_cell(path, answers[place]) for place in sealed]
        opened = vault.open_all(path, [refs[place] for place in sealed], cells)
        for place, plain in zip(sealed, opened, strict=True):
            answers[place] = orjson.loads(plain)
    return answers


def texts_in(vault: Vault, path: str, refs: Sequence[int], cells: Sequence[bytes | None]) -> list[str | None]:
    """The texts of one sealed column; None where there is none.

    Raises:
        Unreadable: one does not open.
    """
    held = [cell for cell in cells if cell is not None]
    if len(held) == len(cells):
        return list(map(bytes.decode, vault.open_all(path, refs, held)))
    owners = [ref for ref, cell in zip(refs, cells, strict=True) if cell is not None]
    texts = map(bytes.decode, vault.open_all(path, owners, held))
    return [None if cell is None else next(texts) for cell in cells]
