"""What a use case refuses; its message is for the person at the screen, without patient data."""


class RefusedError(ValueError):
    """The request cannot be done as it stands; the message says what to do next."""
