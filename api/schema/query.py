"""The queries: doors on people, records about people, registers that hold nobody, and the policy."""

import strawberry

from api.schema.draft_queries import DraftQueries
from api.schema.job_fields import JobQueries
from api.schema.people_queries import PeopleQueries
from api.schema.policy_queries import PolicyQueries
from api.schema.record_queries import RecordQueries
from api.schema.register_queries import RegisterQueries


@strawberry.type(description="Everything that can be asked; an operation on people declares its purpose")
class Query(PeopleQueries, RecordQueries, RegisterQueries, PolicyQueries, DraftQueries, JobQueries):
    """The root of queries; each room brings its own."""
