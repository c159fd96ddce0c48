"""Each test has engines of its own; what one of them has compiled serves all, as it does in a process that lives long.

The dialects are SQLAlchemy's own. They only are equal to others of their kind, which its caches ask.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite


class OfOneKind(sa.Dialect):
    compiled: ClassVar[dict[Any, Any]] = {}

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: sa.Engine) -> None:
        engine.update_execution_options(compiled_cache=cls.compiled)


class Sqlite(OfOneKind, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


class Postgresql(OfOneKind, PGDialect_asyncpg):
    supports_statement_cache = True


def compile_once() -> None:
    """Let the engines of this process, from now on, share what they compile."""
    registry.register("sqlite.aiosqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.asyncpg", __name__, Postgresql.__name__)
