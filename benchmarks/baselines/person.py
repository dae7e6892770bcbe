"""The Tortoise model and Strawberry schema of both GraphQL baselines, with or without a guard per field."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Self

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.permission import BasePermission
from tortoise import fields
from tortoise.contrib.starlette import RegisterTortoise
from tortoise.models import Model

from benchmarks.baselines.serving import sized
from benchmarks.fields import COLUMN, TABLE

Guard = Callable[[str], list[type[BasePermission]]]


def column(path: str) -> dict[str, Any]:
    """The column that keeps a field, as Tortoise takes it."""
    return {"source_field": COLUMN[path], "null": True}


class Person(Model):
    """The columns that are asked for, and no others."""

    id = fields.CharField(primary_key=True, max_length=64, source_field=COLUMN["User.id"])
    roman = fields.TextField(**column("User.name.roman"))
    kanji = fields.TextField(**column("User.name.kanji"))
    kana = fields.TextField(**column("User.name.kana"))
    email = fields.TextField(**column("User.email"))
    phone = fields.TextField(**column("User.phone"))
    birth_date = fields.DateField(**column("User.birthDate"))
    postal_code = fields.TextField(**column("User.address.postalCode"))
    prefecture = fields.TextField(**column("User.address.prefecture"))
    city = fields.TextField(**column("User.address.city"))
    town = fields.TextField(**column("User.address.town"))
    registered_at = fields.DatetimeField(**column("User.registeredAt"))

    class Meta:
        table = TABLE


def unguarded(_: str) -> list[type[BasePermission]]:
    """No permission on any field."""
    return []


def build_schema(guard: Guard = unguarded) -> strawberry.Schema:
    """Typed objects made from the rows; `guard` names the permissions of each field by its path."""

    def kept(path: str) -> Any:  # noqa: ANN401  (a Strawberry field stands for a value of any type)
        return strawberry.field(permission_classes=guard(path)) if guard(path) else strawberry.field()

    @strawberry.type
    class Name:
        roman: str | None = kept("User.name.roman")
        kanji: str | None = kept("User.name.kanji")
        kana: str | None = kept("User.name.kana")

    @strawberry.type
    class Address:
        postal_code: str | None = kept("User.address.postalCode")
        prefecture: str | None = kept("User.address.prefecture")
        city: str | None = kept("User.address.city")
        town: str | None = kept("User.address.town")

    @strawberry.type
    class User:
        id: strawberry.ID = kept("User.id")
        name: Name
        email: str | None = kept("User.email")
        phone: str | None = kept("User.phone")
        birth_date: date | None = kept("User.birthDate")
        address: Address
        registered_at: datetime | None = kept("User.registeredAt")

        @classmethod
        def of(cls, row: Person) -> Self:
            return cls(
                id=strawberry.ID(row.id),
                name=Name(roman=row.roman, kanji=row.kanji, kana=row.kana),
                email=row.email,
                phone=row.phone,
                birth_date=row.birth_date,
                address=Address(
                    postal_code=row.postal_code, prefecture=row.prefecture, city=row.city, town=row.town
                ),
                registered_at=row.registered_at,
            )

    @strawberry.type
    class UserEdge:
        node: User

    @strawberry.type
    class UserConnection:
        edges: list[UserEdge]

    @strawberry.type
    class Query:
        @strawberry.field
        async def users(self, first: int = 20) -> UserConnection:
            rows = await Person.all().order_by("id").limit(first)
            return UserConnection(edges=[UserEdge(node=User.of(row)) for row in rows])

        @strawberry.field
        async def user(self, id: strawberry.ID) -> User | None:  # noqa: A002  (the name of the argument)
            row = await Person.get_or_none(id=id)
            return User.of(row) if row else None

    return strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache])


class FastGraphQL(GraphQL[Any, Any]):
    """Strawberry's own view, with orjson in place of json."""

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def build_app(view: GraphQL[Any, Any], dsn: str) -> Starlette:
    """One route for the view, and Tortoise open while it serves."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with RegisterTortoise(app, db_url=sized(dsn), modules={"models": [__name__]}):
            yield

    return Starlette(routes=[Route("/graphql", view, methods=["POST"])], lifespan=lifespan)
