"""The data keys: each kept only wrapped under the master key of the installation."""

import os
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise import Model, fields

from models.sealing.cell import SECRET

_NONCE = 12


class Use(StrEnum):
    """What a data key is for: cells, or the marks by which equal values are found."""

    CELL = "CELL"
    MARK = "MARK"


class WrongMasterKey(Exception):  # noqa: N818 - it names the fault
    """The data keys are not wrapped under this master key, or are gone; it stops start-up."""


class DataKey(Model):
    """One data key, wrapped. The newest of each use that is not retired serves what is written."""

    number = fields.IntField(primary_key=True, generated=False)
    use = fields.CharEnumField(Use, max_length=4)
    wrapped = fields.BinaryField()
    created_at = fields.DatetimeField()
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        """Where it is kept."""

        table = "data_keys"


class MasterKey:
    """The key that wraps data keys (AES-256-GCM); it is in no database."""

    __slots__ = ("_aead",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET:
            raise ValueError(f"a master key has {SECRET} bytes")
        self._aead = AESGCM(secret)

    def wrap(self, number: int, use: Use, secret: bytes) -> bytes:
        """A data key as its row holds it: nonce (12 bytes), ciphertext, tag (16)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, secret, _bound(number, use))

    def unwrap(self, number: int, use: Use, wrapped: bytes) -> bytes:
        """The data key of a row.

        Raises:
            WrongMasterKey: it was wrapped under another master key, for another row, or altered.
        """
        try:
            return self._aead.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(number, use))
        except (InvalidTag, ValueError):
            raise WrongMasterKey(
                "the master key is not the one that wrapped the data keys of this database: "
                "restore `MOKUTEKI_DATA_KEY` or the file of `MOKUTEKI_DATA_KEY_FILE`"
            ) from None


def _bound(number: int, use: Use) -> bytes:
    """What a wrapped key is bound to, so that no row stands in for another."""
    return f"mokuteki data key {number} {use}".encode()
