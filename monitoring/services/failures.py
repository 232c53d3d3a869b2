"""What is told of a failure inside Stormwatch: its kind and its place, never what it was about."""

from traceback import extract_tb

_NAMED_AT_MOST = 3


def without_data(failure: BaseException) -> str:
    """The kind of a failure and where it happened, for a log that holds no patient data.

    Its message is left out: a message may repeat the value that could not be used.
    """
    frames = extract_tb(failure.__traceback__)[-_NAMED_AT_MOST:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)]
    return " < ".join([type(failure).__name__, *places])
