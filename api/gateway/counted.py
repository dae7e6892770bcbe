"""The counted: of how many people one request may tell already, however often it is decided."""

from dataclasses import dataclass

from api.fair.window import State


@dataclass(slots=True)
class Counted:
    """What was counted of one request; it outlives each deciding, so that one decided again counts nobody again.

    Attributes:
        people: how many.
        states: what is used of the quotas of people, where people were told of.
        fallen: that what it rested on was ended before it could be recorded, so that it is decided again.
        near: that it came near a quota, which is marked on the record that is made in the end.
    """

    people: int = 0
    states: tuple[State, ...] = ()
    fallen: bool = False
    near: bool = False
