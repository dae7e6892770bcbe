"""Strawberry and Tortoise with a pycasbin permission on each field: what protects, but keeps no record.

The rules are of the same number as Mokuteki's and know role, purpose and field, but no facts of a user.
A decision is asked once per request and field and kept for that request, as a careful user would.
"""

from functools import cache
from pathlib import Path
from typing import Any

import casbin  # type: ignore[import-untyped]
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.permission import BasePermission
from strawberry.types import Info

from benchmarks.baselines.person import FastGraphQL, build_app, build_schema
from benchmarks.baselines.serving import serve

HERE = Path(__file__).parent
ENFORCER = casbin.Enforcer(str(HERE / "casbin_model.conf"), str(HERE / "casbin_rules.csv"))


class Asked:
    """Who asks and why in one request, and what Casbin has answered in it so far."""

    def __init__(self, role: str, purpose: str) -> None:
        self.role, self.purpose = role, purpose
        self.answers: dict[str, bool] = {}

    def allowed(self, path: str) -> bool:
        """Casbin's answer for a field."""
        answer = self.answers.get(path)
        if answer is None:
            answer = self.answers[path] = bool(ENFORCER.enforce(self.role, self.purpose, path, "read"))
        return answer


class CasbinGraphQL(FastGraphQL):
    """The view whose context knows role and purpose."""

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:  # noqa: ANN401
        headers = request.headers
        asked = Asked(headers.get("role", ""), headers.get("purpose", ""))
        return {"request": request, "response": response, "asked": asked}


@cache
def guard(path: str) -> list[type[BasePermission]]:
    """The permission of one field."""

    class Allowed(BasePermission):
        message = f"`{path}` may not be read for this purpose"

        def has_permission(self, source: Any, info: Info[Any, Any], **_: Any) -> bool:  # noqa: ANN401, ARG002
            asked: Asked = info.context["asked"]
            return asked.allowed(path)

    return [Allowed]


def build(dsn: str) -> Starlette:
    """The schema with a permission on each field."""
    return build_app(CasbinGraphQL(build_schema(guard), graphql_ide=None), dsn)


if __name__ == "__main__":
    serve(build, __doc__)
