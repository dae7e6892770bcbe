"""The types of notices of withdrawal: what became of each, and how a dead one is tried again."""

from datetime import datetime

import strawberry

from api.schema.paging import PageInfo
from models.notices.withdrawal import NoticeState, Trouble

strawberry.enum(
    NoticeState,
    name="NoticeState",
    description="What became of a notice: it waits for its next try, its recipient took it, or nobody tries any more",
)
strawberry.enum(
    Trouble,
    name="NoticeTrouble",
    description="Why the last try of a notice failed; some are of RFC 8935, 2.4",
)


@strawberry.type(description="A signed notice to a recipient that holds data: a consent to it was withdrawn")
class WithdrawalNotice:
    """A notice."""

    id: strawberry.ID = strawberry.field(description="Its number, the `jti` that its recipient sees")
    user: strawberry.ID | None = strawberry.field(
        description="Whose consent it was; null once nothing is kept of the person"
    )
    recipient: strawberry.ID = strawberry.field(description="To whom it goes")
    purpose: strawberry.ID = strawberry.field(description="The purpose of the consent")
    withdrawn_at: datetime = strawberry.field(description="When the consent was withdrawn")
    state: NoticeState = strawberry.field(description="What became of it")
    tries: int = strawberry.field(description="How many tries were begun since it waits")
    next_try_at: datetime | None = strawberry.field(description="When it is tried next; null unless it waits")
    ended_at: datetime | None = strawberry.field(description="When it was taken or given up")
    trouble: Trouble | None = strawberry.field(description="Why the last try failed, if it did")


@strawberry.type(description="A notice and its place in the list")
class WithdrawalNoticeEdge:
    """An edge."""

    node: WithdrawalNotice = strawberry.field(description="The notice")
    cursor: str = strawberry.field(description="Its place, for `after`")


@strawberry.type(description="A page of notices, newest first")
class WithdrawalNoticeConnection:
    """A page."""

    edges: list[WithdrawalNoticeEdge] = strawberry.field(description="The notices of this page")
    page_info: PageInfo = strawberry.field(description="Whether there are more, and where they begin")


@strawberry.input(description="A dead notice to try again")
class RetryNoticeInput:
    """A retry."""

    notice: strawberry.ID = strawberry.field(description="Its number")


@strawberry.type(description="What trying a notice again answers; nothing of the person")
class RetryNoticePayload:
    """A retry."""

    notice: strawberry.ID = strawberry.field(description="Its number")
    state: NoticeState = strawberry.field(
        description="What became of it: it waits again, and is tried at once"
    )
