"""The connections, after the Relay cursor specification."""

import strawberry


@strawberry.type(description="Where a page stands in its list")
class PageInfo:
    """A page's place."""

    has_next_page: bool
    has_previous_page: bool = strawberry.field(description="Always false: lists are paged forwards")
    start_cursor: str | None
    end_cursor: str | None
