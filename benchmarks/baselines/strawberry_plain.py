"""Strawberry and Tortoise without any protection, as a careful user would write it."""

from starlette.applications import Starlette

from benchmarks.baselines.person import FastGraphQL, build_app, build_schema
from benchmarks.baselines.serving import serve


def build(dsn: str) -> Starlette:
    """The schema with no permission on any field."""
    return build_app(FastGraphQL(build_schema(), graphql_ide=None), dsn)


if __name__ == "__main__":
    serve(build, __doc__)
