"""Small things put right: only what is sent is changed, and what must not be empty stays."""

from collections.abc import Mapping

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import FieldError, Invalid
from app.models.columns import Strict
from app.rows.asking import table_of

EMPTY = "This must not be empty. Leave it out to keep it as it is."


async def correct(session: AsyncSession, row: SQLModel, body: Strict) -> None:
    """Change what is sent; refuse to empty what must not be empty."""
    values = body.model_dump(exclude_unset=True)
    refuse_empty(type(row), values)
    row.sqlmodel_update(values)
    session.add(row)
    await session.flush()


def refuse_empty(model: type[SQLModel], values: Mapping[str, object]) -> None:
    """Refuse to empty what the table wants filled."""
    columns = table_of(model).columns
    empty = [name for name, value in values.items() if value is None and not columns[name].nullable]
    if empty:
        raise Invalid("Some fields must not be empty.", errors=[FieldError(f"/{name}", EMPTY) for name in empty])
