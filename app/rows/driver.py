"""Ready-made text, handed to the driver itself inside the session's transaction; what it refuses, SQLAlchemy tells."""

import sqlite3
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import exc
from sqlmodel.ext.asyncio.session import AsyncSession

DRIVERS_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError)
REFUSED_ROWS = (asyncpg.IntegrityConstraintViolationError, sqlite3.IntegrityError)
REFUSED_VALUES = (asyncpg.DataError, sqlite3.DataError)

LOOK_AGAIN = 1  # milliseconds between looks whether SQLite's lock is free; by itself it would sleep up to 100
PRIMARY = 0xFF  # the part of SQLite's error codes that says what is wrong; the rest says where


async def begin(session: AsyncSession) -> None:
    """Begin at once, on PostgreSQL: SQLAlchemy would wait for a statement of its own."""
    connection = await session.connection()
    raw: Any = await connection.get_raw_connection()
    try:
        await raw.dbapi_connection._start_transaction()  # noqa: SLF001 - nothing public begins without a statement
    except Exception:  # noqa: BLE001 - whatever it is, SQLAlchemy knows how to tell it
        await connection.exec_driver_sql("SELECT 1")
    except BaseException:  # who waited was cancelled: it may have begun, and nobody would end it
        await connection.invalidate()
        raise
    session.info["driver"] = raw.driver_connection


async def begin_to_write(session: AsyncSession, *, patience: float) -> None:
    """Take the one lock for writing, on SQLite, as soon as another process lets go of it, within so many seconds."""
    driver = await _driver(session)
    patiently = f"PRAGMA busy_timeout = {patience * 1000:.0f}"  # for all other locks, which nobody holds for long
    begin = f"PRAGMA busy_timeout = {LOOK_AGAIN}; BEGIN IMMEDIATE; {patiently}"
    until = time.monotonic() + patience
    while True:
        try:
            return await driver.executescript(begin)  # type: ignore[no-any-return] # nothing of interest
        except sqlite3.Error as error:
            if error.sqlite_errorcode & PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                await driver.executescript(patiently)
                raise _told(error, begin) from error


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
