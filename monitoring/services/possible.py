"""The last gate before the store: a value that nobody can have is refused, whoever sends it."""

from monitoring.clinical.concepts import CONCEPTS
from monitoring.services.errors import RefusedError


def refuse_impossible(concept: str, value: float | None, code: str | None) -> None:
    """Raise ``RefusedError`` for a value outside the concept's possible range or codes (8.4)."""
    known = CONCEPTS[concept]
    if not known.can_be(value, code):
        message = f"{known.label}: this is not possible. Check the value and its unit."
        raise RefusedError(message)
