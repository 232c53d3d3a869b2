"""The one spelling under which a word that a person or a system wrote is looked up."""

import re

_BETWEEN_WORDS = re.compile(r"[\s_/\-\u2010-\u2015]+")


def spelled(text: str) -> str:
    """Let "Non-rebreather", "non_rebreather" and "nonrebreather" be one, and "CPAP/BiPAP" a word.

    What stands between words and capitals say nothing; every other sign counts.
    """
    return _BETWEEN_WORDS.sub("", text).casefold()
