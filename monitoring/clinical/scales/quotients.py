"""Indices that are a product over a number, read strictly and computed over columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitoring.clinical.rule_file import RuleTable, read_packaged
from monitoring.clinical.scales.limits_reader import read_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A quantity and the unit in which the formula takes it."""

    quantity: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """From ``at_least`` on the index carries ``flag``."""

    flag: str
    at_least: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotient:
    """An index: the product of ``multiply`` over ``divide``."""

    id: str
    title: str
    multiply: tuple[Term, ...]
    divide: Term
    levels: tuple[Level, ...]
    source: str

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything it needs."""
        return (*self.multiply, self.divide)

    def of(self, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The index of n records from their quantities in the terms' units; NaN where one is
        missing or the divisor is 0.
        """
        product = np.prod([values[term.quantity] for term in self.multiply], axis=0)
        divisor = values[self.divide.quantity]
        out = np.full(len(product), np.nan)
        return np.asarray(np.divide(product, divisor, out=out, where=divisor != 0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuotientTable:
    """Indices that belong together; ``id`` carries its version."""

    id: str
    quotients: Mapping[str, Quotient]
    report_log2: bool
    source: str


@cache
def load_quotients(file: str) -> QuotientTable:
    """The indices of a packaged rule file; raises ``RuleFileError`` when any row is in doubt."""
    return parse_quotients(RuleTable(read_packaged(file), file))


def parse_quotients(table: RuleTable) -> QuotientTable:
    """The indices of a rule file; raises ``RuleFileError``."""
    rows = [_quotient(row) for row in table.rows("quotient")]
    quotients = QuotientTable(
        id=f"{table.text('id')}@{table.integer('version', low=1, high=9999)}",
        quotients={row.id: row for row in rows},
        report_log2=table.flag("report_log2"),
        source=table.text("source"),
    )
    table.finish()
    if not rows or len(quotients.quotients) != len(rows):
        table.refuse("needs quotients, each with an id of its own")
    return quotients


def _quotient(row: RuleTable) -> Quotient:
    quotient = Quotient(
        id=row.text("id"),
        title=row.text("title"),
        multiply=tuple(_term(one) for one in row.rows("multiply")),
        divide=_term(row.table("divide")),
        levels=tuple(_level(one) for one in row.rows("levels")) if row.has("levels") else (),
        source=row.text("source"),
    )
    row.finish()
    return quotient


def _term(row: RuleTable) -> Term:
    quantity, unit = read_quantity(row)
    row.finish()
    return Term(quantity=quantity, unit=unit)


def _level(row: RuleTable) -> Level:
    level = Level(
        flag=row.text("flag"),
        at_least=row.number("from", low=0, high=100),
        source=row.text("source"),
    )
    row.finish()
    return level
