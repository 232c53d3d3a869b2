"""Which mapping a file's header belongs to; a column that nobody explained is never ignored."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.feeds.mapping import FileMapping, Layout, NameRule, folded
from monitoring.feeds.problems import FeedError

DELIMITERS = (",", "|", ";", "\t")

# A number, a date or a time of day: no column is called so, it is a row of values.
_VALUE = re.compile(r"[+-]?\d[\d.,:/TZ+ -]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMatch:
    """A file's columns explained: by role, by observation, or as not used (with the reason)."""

    mapping: FileMapping
    delimiter: str
    header: tuple[str, ...]
    roles: dict[str, int]
    observations: tuple[tuple[int, NameRule], ...]
    not_used: dict[str, str]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]
    complete: bool

    @property
    def explained(self) -> int:
        """How many columns have a meaning."""
        return len(self.header) - len(self.unknown)


def match_header(
    first_line: Sequence[tuple[str, tuple[str, ...]]], mappings: Sequence[FileMapping]
) -> HeaderMatch:
    """The one mapping that explains the header.

    ``first_line`` holds the header as split by each possible delimiter. Raises ``FeedError`` that
    lists what was found and what is known where no mapping fits, where one fits but leaves a
    column unexplained, and where the file is known not to be importable.
    """
    matches = [
        _match(mapping, delimiter, header)
        for delimiter, header in first_line
        for mapping in mappings
        if len(header) > 1 or delimiter == DELIMITERS[0]
    ]
    candidates = [match for match in matches if match.complete]
    if not candidates:
        raise FeedError(_nothing_fits(first_line, mappings))
    best = max(candidates, key=lambda match: (not match.unknown, match.explained))
    if best.mapping.refusal is not None:
        message = f"This looks like “{best.mapping.title}”. {best.mapping.refusal}"
        raise FeedError(message)
    if best.twice:
        message = (
            f"The header says the same thing twice: {', '.join(best.twice)}. "
            "Remove one of the columns."
        )
        raise FeedError(message)
    if best.unknown:
        message = (
            f"The header fits the mapping {best.mapping.id}, but these columns are not known: "
            f"{', '.join(best.unknown)}. Known are {_known_columns(best.mapping)}. Write a mapping "
            "that explains them, or lists them as not used (docs/import-mappings.md), and give it "
            "with --mapping."
        )
        raise FeedError(message)
    return best


def _match(mapping: FileMapping, delimiter: str, header: tuple[str, ...]) -> HeaderMatch:
    by_spelling = {
        folded(spelling): role for role, spelled in mapping.columns.items() for spelling in spelled
    }
    not_used = {folded(name): (name, why) for name, why in mapping.not_used.items()}
    required_words = {folded(word) for word in mapping.required}
    roles: dict[str, int] = {}
    observations: list[tuple[int, NameRule]] = []
    declared: dict[str, str] = {}
    unknown: list[str] = []
    twice: list[str] = []
    taken: set[str] = set()
    for index, column in enumerate(header):
        key = folded(column)
        rule = mapping.names.get(key) if mapping.layout is Layout.WIDE else None
        role = by_spelling.get(key)
        meaning = role or (rule.name if rule is not None else key)
        if meaning in taken:
            twice.append(column)
        taken.add(meaning)
        if role is not None:
            roles[role] = index
        elif rule is not None:
            observations.append((index, rule))
        elif key in not_used:
            declared[column] = not_used[key][1]
        elif mapping.layout is Layout.REFUSED and key in required_words:
            declared[column] = "not importable"
        else:
            unknown.append(column or f"column {index + 1} (without a name)")
    if mapping.layout is Layout.REFUSED:
        complete = required_words <= {folded(column) for column in header}
    else:
        complete = set(mapping.required) <= set(roles) and (
            mapping.layout is Layout.LONG or bool(observations)
        )
    return HeaderMatch(
        mapping=mapping,
        delimiter=delimiter,
        header=header,
        roles=roles,
        observations=tuple(observations),
        not_used=declared,
        unknown=tuple(unknown),
        twice=tuple(twice),
        complete=complete,
    )


def _known_columns(mapping: FileMapping) -> str:
    spelled = [name for names in mapping.columns.values() for name in names]
    if mapping.layout is Layout.WIDE:
        spelled += [rule.name for rule in mapping.names.values()]
    return ", ".join(dict.fromkeys(spelled))


def _nothing_fits(
    first_line: Sequence[tuple[str, tuple[str, ...]]], mappings: Sequence[FileMapping]
) -> str:
    _, header = max(first_line, key=lambda split: len(split[1]))
    if any(_VALUE.fullmatch(column) for column in header):
        # What it says may be a patient's, and is not repeated.
        return (
            "The first line holds values, not the names of columns. Put a line with the names "
            "above it (docs/import-mappings.md)."
        )
    found = ", ".join(column[:40] for column in header[:12])
    more = f" and {len(header) - 12} more" if len(header) > 12 else ""
    known = "; ".join(
        f"{mapping.id} ({_known_columns(mapping)})"
        for mapping in mappings
        if mapping.layout is not Layout.REFUSED
    )
    return (
        f"No mapping fits the header ({found}{more}). Known are: {known}. "
        "To read another kind of file write a mapping (docs/import-mappings.md) and give it "
        "with --mapping."
    )
