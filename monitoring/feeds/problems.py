"""What can be wrong with input as a whole, told to the person who sent it."""


class FeedError(Exception):
    """A file or a mapping that cannot be used; the text says what to do next.

    It names columns, mappings and line numbers, never a patient or a value.
    """
