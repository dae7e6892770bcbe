"""The mutation of notices of withdrawal."""

from typing import Annotated

import strawberry

from api.schema.arguments import told
from api.schema.finished import Info, finished
from api.schema.notices import RetryNoticeInput, RetryNoticePayload


@strawberry.type
class NoticeMutations:
    """Changes of notices."""

    @strawberry.mutation(description="Try a dead notice of withdrawal again, under its old `jti`")
    def retry_notice(
        self, info: Info, input: Annotated[RetryNoticeInput, told("Which notice")]
    ) -> RetryNoticePayload:
        """Finished."""
        return finished(info)
