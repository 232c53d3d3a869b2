"""What the store says when it cannot do as asked: what to do next, and never a patient's data."""


class StoreError(Exception):
    """Root of the errors of the store; the message says what to do next."""


class StoreUnusableError(StoreError):
    """The store cannot be opened safely: a wrong address, or a library with a known fault."""


class StoreBusyError(StoreError):
    """Another process held the store for too long; nothing was written."""


class StoreClosedError(StoreError):
    """Work arrived after the store was closed; nothing was written."""


class SchemaTooNewError(StoreError):
    """A newer Stormwatch wrote this store; an older one must not touch it."""


class AnonymousActorError(StoreError):
    """An act that must be accounted for came without a named actor."""


class SupersededError(StoreError):
    """The row was corrected by someone else meanwhile; a fact has one successor at most."""


class SourceConflictError(StoreError):
    """A source used one of its identifiers for two different things."""
