"""What a database that does not answer raises, by its driver or through Tortoise."""

import sqlite3

import asyncpg
from tortoise.exceptions import BaseORMException

UNREACHABLE = (
    OSError,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    BaseORMException,
)
