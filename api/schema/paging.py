"""The connections, after the Relay cursor specification."""

import strawberry


@strawberry.type(description="Where a page stands in its list")
class PageInfo:
    """A page's place."""

    has_next_page: bool = strawberry.field(description="More follows: go on with `after: endCursor`")
    has_previous_page: bool = strawberry.field(description="Always false: lists are paged forwards")
    start_cursor: str | None = strawberry.field(description="The cursor of the first; null on an empty page")
    end_cursor: str | None = strawberry.field(description="The cursor of the last; null on an empty page")
