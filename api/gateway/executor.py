"""The executor: graphql-core's own, which hands a finished value on without walking into it again.

`complete_value` is a private place of graphql-core, so its version is pinned exactly and a test greets each upgrade.
"""

from typing import Any

from graphql import GraphQLOutputType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.gateway.release.door import Finished


class DoorExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution context, with finished values."""

    def complete_value(  # noqa: PLR0913, PLR0917 - the shape graphql-core calls
        self,
        return_type: GraphQLOutputType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # noqa: ANN401 - whatever a resolver returned
        position_context: Any,  # noqa: ANN401 - graphql-core's own
    ) -> AwaitableOrValue[Any]:
        """A finished value as it is; any other as graphql-core completes it."""
        if type(result) is Finished:
            return result.value
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)
