"""One row of a table through its mapping: observations, unusable input and what is absent.

Nothing is skipped in silence: each value of a row becomes an observation, is unusable with a
reason, or is counted as absent in the way the mapping says the source writes absence.
"""

import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitoring.clinical.units import ucum
from monitoring.feeds.header import HeaderMatch
from monitoring.feeds.mapping import FileMapping, Layout, NameRule, folded
from monitoring.feeds.raw import RawObservation, RowReading, Unusable, unusable
from monitoring.feeds.source_clock import BadTime, SourceTime, read_time
from monitoring.feeds.text_table import TextRow

_LONGEST_IDENTIFIER = 80
# The longest verified human life is 122 years.
_OLDEST_YEARS = 125.0

_ROW_PROBLEMS = {
    "open_quote": "A quotation mark opens here and is never closed. Close it or remove it.",
    "bad_quotes": "The quotation marks do not fit. Double the ones inside a cell.",
    "not_text": "The row holds bytes that are no text. Save the file as UTF-8.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoices:
    """What the person who imports decides: the zone of times without one, and decimal commas.

    ``mapping`` takes the place of the packaged ones.
    """

    zone: ZoneInfo
    decimal_comma: bool = False
    mapping: FileMapping | None = None


class RowReader:
    """Reads the rows of one file whose header has been matched."""

    def __init__(
        self, match: HeaderMatch, *, source: str, file_stem: str, choices: ReadingChoices
    ) -> None:
        self._match = match
        self._mapping = match.mapping
        self._source = source
        self._file_stem = file_stem
        self._choices = choices
        zone = match.mapping.clock.time_zone
        self._zone = choices.zone if zone is None else ZoneInfo(zone)

    def _cell(self, row: TextRow, role: str) -> str | None:
        index = self._match.roles.get(role)
        return None if index is None or index >= len(row.cells) else row.cells[index].strip()

    def identifier(self, row: TextRow) -> str | None:
        """The patient of a row as the source names it; None where the row cannot say."""
        if self._mapping.patient_from_file_name and "patient" not in self._match.roles:
            return self._file_stem
        found = None if self._row_problem(row) else self._cell(row, "patient")
        return found if found and len(found) <= _LONGEST_IDENTIFIER else None

    def time(self, row: TextRow) -> SourceTime | BadTime:
        """When the row's values were taken, on the source's clock."""
        sent = self._cell(row, "time") or ""
        return read_time(sent, self._mapping.clock, self._zone)

    def _row_problem(self, row: TextRow) -> tuple[str, str] | None:
        if row.problem is not None:
            return row.problem, _ROW_PROBLEMS[row.problem]
        cells, columns = len(row.cells), len(self._match.header)
        if cells < columns:
            words = f"The row has {cells} of {columns} cells; it may be cut off. Complete it."
            return "too_few_cells", words
        if any(cell.strip() for cell in row.cells[columns:]):
            words = f"The row has {cells} cells for {columns} columns. Quote cells with separators."
            return "too_many_cells", words
        return None

    def read(self, row: TextRow) -> RowReading:
        """All that the row holds."""
        identifier = self.identifier(row)
        problem = self._row_problem(row)
        if problem is not None:
            return self._give_up(row, identifier, *problem, column="row")
        if identifier is None:
            words = (
                f"The row names no patient in at most {_LONGEST_IDENTIFIER} characters. Add one."
            )
            return self._give_up(row, None, "patient_missing", words, column="patient")
        time = self.time(row)
        if isinstance(time, BadTime):
            return self._give_up(row, identifier, time.reason_code, time.message, column="time")
        if self._mapping.layout is Layout.LONG:
            return self._read_long(row, identifier, time)
        return self._read_wide(row, identifier, time)

    def _read_long(self, row: TextRow, identifier: str, time: SourceTime) -> RowReading:
        name = self._cell(row, "name") or ""
        rule = self._mapping.names.get(folded(name))
        if rule is None:
            words = "This name is not in the mapping. Add it there, or take the row out."
            return self._give_up(row, identifier, "unknown_name", words, column="name")
        unit = self._cell(row, "unit") or None
        if rule.unit_in_name and unit is not None and ucum(unit) != rule.unit:
            words = "The unit beside the value is not the one in its name. Send the right one."
            return self._give_up(row, identifier, "unit_contradicts", words, column="unit")
        observation = self._observation(
            row,
            identifier,
            time,
            rule=rule,
            value=self._cell(row, "value") or "",
            unit=unit or rule.unit,
            method=self._cell(row, "method") or rule.method,
        )
        return RowReading(line=row.line, identifier=identifier, observations=(observation,))

    def _read_wide(self, row: TextRow, identifier: str, time: SourceTime) -> RowReading:
        observations = []
        absent = 0
        for index, rule in self._match.observations:
            value = row.cells[index].strip()
            if value in self._mapping.absent:
                absent += 1
                continue
            observations.append(
                self._observation(
                    row,
                    identifier,
                    time,
                    rule=rule,
                    value=value,
                    unit=rule.unit,
                    method=rule.method,
                )
            )
        age_years, age_problem = self._age(row, identifier)
        sex, sex_problem = self._sex(row, identifier)
        return RowReading(
            line=row.line,
            identifier=identifier,
            observations=tuple(observations),
            unusable=tuple(found for found in (age_problem, sex_problem) if found is not None),
            absent=absent,
            age_years=age_years,
            sex=sex,
        )

    def _observation(
        self,
        row: TextRow,
        identifier: str,
        time: SourceTime,
        *,
        rule: NameRule,
        value: str,
        unit: str | None,
        method: str | None,
    ) -> RawObservation:
        meant = rule.translated(value)
        if self._choices.decimal_comma and meant.count(",") == 1 and "." not in meant:
            meant = meant.replace(",", ".")
        named = rule.name if method == rule.method else f"{rule.name}({method})"
        return RawObservation(
            source=self._source,
            source_id=f"{_escaped(identifier)}/{time.key}/{_escaped(named)}",
            identifier_system=self._mapping.identifier_system,
            identifier=identifier,
            name=rule.name,
            concept=rule.concept,
            value_sent=value,
            value=meant,
            unit=unit,
            method=method,
            taken_at=time.at,
            taken_at_sent=self._cell(row, "time") or "",
            is_shifted=time.is_shifted,
            line=row.line,
            raw=row.raw,
        )

    def _age(self, row: TextRow, identifier: str) -> tuple[float | None, Unusable | None]:
        sent = self._cell(row, "age_years")
        if sent is None or sent in self._mapping.absent:
            return None, None
        try:
            years = float(sent)
        except ValueError:
            years = math.nan
        if 0 <= years <= _OLDEST_YEARS:
            return years, None
        words = "The age is not a number of years. Correct it."
        return None, self._beside(row, identifier, "age_not_possible", words, "age_years")

    def _sex(self, row: TextRow, identifier: str) -> tuple[str | None, Unusable | None]:
        sent = self._cell(row, "sex")
        if sent is None or sent in self._mapping.absent:
            return None, None
        known = {folded(code): meaning for code, meaning in self._mapping.sexes.items()}
        if folded(sent) in known:
            return known[folded(sent)], None
        words = "This code for sex is not in the mapping. Add it under [sexes]."
        return None, self._beside(row, identifier, "unknown_code", words, "sex")

    def _beside(
        self, row: TextRow, identifier: str, reason_code: str, reason: str, column: str
    ) -> Unusable:
        """Something unusable that is no observation; the same cell on each row is one entry."""
        return unusable(
            source=self._source,
            scope=identifier,
            reason_code=reason_code,
            reason=reason,
            raw=f"{column}={self._cell(row, column)}",
            line=row.line,
            column=column,
            values=0,
        )

    def _give_up(
        self, row: TextRow, identifier: str | None, reason_code: str, reason: str, *, column: str
    ) -> RowReading:
        """A row that cannot be read goes to quarantine whole, with the values it would have had."""
        values, absent = 1, 0
        if self._mapping.layout is Layout.WIDE and row.problem is None:
            present = [
                index < len(row.cells) and row.cells[index].strip() not in self._mapping.absent
                for index, _ in self._match.observations
            ]
            values, absent = sum(present), len(present) - sum(present)
        found = unusable(
            source=self._source,
            scope=identifier or self._file_stem,
            reason_code=reason_code,
            reason=reason,
            raw=row.raw,
            line=row.line,
            column=column,
            values=values,
        )
        return RowReading(line=row.line, identifier=identifier, unusable=(found,), absent=absent)


def _escaped(part: str) -> str:
    """A part of an identifier in which the separator cannot stand."""
    return part.replace("%", "%25").replace("/", "%2F")
