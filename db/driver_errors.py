"""What a database driver says of an error, without the stored values that it repeats."""

import pysqlite3.dbapi2
from sqlalchemy.engine import ExceptionContext


def without_values(original: BaseException) -> str | None:
    """A driver's message without stored values, before anyone can log it; None where it has none.

    PostgreSQL's DETAIL repeats the row that failed, which may be a patient's; so does the message
    itself where a value could not be read (class 22). SQLite's driver repeats a damaged text.
    """
    # By what psycopg's errors carry, so that a store in one file need not load psycopg.
    sqlstate: str | None = getattr(original, "sqlstate", None)
    if sqlstate is not None:
        told = f"{type(original).__name__} ({sqlstate})"
        if not sqlstate.startswith("22"):
            told = f"{told}: {original.diag.message_primary}"  # type: ignore[attr-defined]
        return told
    if isinstance(original, pysqlite3.dbapi2.OperationalError):
        return str(original).partition(" with text ")[0]
    return None


def forget_values(context: ExceptionContext) -> None:
    """Take stored values out of an error that SQLAlchemy is about to raise."""
    told = without_values(context.original_exception)
    if told is None:
        return
    context.original_exception.args = (told,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (told,)
