"""The declarative base, with names for every constraint so that migrations can speak of them."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import DeclarativeBase, mapped_column

from db.types import Identifier, JsonDocument, UTCDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

RowId = Annotated[int, mapped_column(Identifier, primary_key=True)]


class Base(DeclarativeBase):
    """Root of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        int: Identifier,
        dict[str, Any]: JsonDocument,
        list[Any]: JsonDocument,
    }


def table(entity: type[Base]) -> Table:
    """The Core table of an entity, for set-based statements that bypass the ORM."""
    found = entity.__table__
    assert isinstance(found, Table)
    return found
