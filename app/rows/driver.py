"""Ready-made text, handed to the driver itself inside the session's transaction; what it refuses, SQLAlchemy tells."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import exc
from sqlmodel.ext.asyncio.session import AsyncSession

DRIVERS_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError)
REFUSED_ROWS = (asyncpg.IntegrityConstraintViolationError, sqlite3.IntegrityError)
REFUSED_VALUES = (asyncpg.DataError, sqlite3.DataError)


async def begin(session: AsyncSession) -> None:
    """Begin at once, on PostgreSQL: SQLAlchemy would wait for a statement of its own."""
    connection = await session.connection()
    raw: Any = await connection.get_raw_connection()
    try:
        await raw.dbapi_connection._start_transaction()  # noqa: SLF001 - nothing public begins without a statement
    except Exception:  # noqa: BLE001 - whatever it is, SQLAlchemy knows how to tell it
        await connection.exec_driver_sql("SELECT 1")
    session.info["driver"] = raw.driver_connection


async def ask(session: AsyncSession, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """Execute ready-made text."""
    driver = await _driver(session)
    try:
        if session.get_bind().dialect.name == "sqlite":
            return await driver.execute_fetchall(sql, values)  # type: ignore[no-any-return] # rows
        return await driver.fetch(sql, *values)  # type: ignore[no-any-return] # records
    except DRIVERS_ERRORS as error:
        await _notice_loss(session, driver)
        raise _told(error, sql) from error


async def ask_many(session: AsyncSession, sql: str, values: Sequence[Sequence[Any]]) -> None:
    """Execute ready-made text for each row, on SQLite."""
    driver = await _driver(session)
    try:
        await driver.executemany(sql, values)
    except DRIVERS_ERRORS as error:
        raise _told(error, sql) from error


async def _driver(session: AsyncSession) -> Any:  # noqa: ANN401 - the driver's own connection
    """Return the connection, which a session keeps: it is one transaction."""
    if "driver" not in session.info:
        session.info["driver"] = (await (await session.connection()).get_raw_connection()).driver_connection
    return session.info["driver"]


async def _notice_loss(session: AsyncSession, driver: Any) -> None:  # noqa: ANN401 - the driver's own connection
    """Let SQLAlchemy find out that a connection is gone: it renews all that it keeps."""
    if isinstance(driver, asyncpg.Connection) and driver.is_closed():
        await (await session.connection()).exec_driver_sql("SELECT 1")


def _told(error: Exception, sql: str) -> exc.DBAPIError:
    """Return the error as SQLAlchemy tells it."""
    kind: type[exc.DBAPIError] = exc.OperationalError
    if isinstance(error, REFUSED_ROWS):
        kind = exc.IntegrityError
    elif isinstance(error, REFUSED_VALUES):
        kind = exc.DataError
    return kind(sql, None, error, hide_parameters=True)
