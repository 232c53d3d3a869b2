"""The published rules in force, checked when they are loaded.

The rules themselves stand in ``rules/news2.toml`` and ``rules/astct_crs.toml``, written line by
line as the papers print them.
"""

from functools import cache

from monitoring.clinical.rule_file import read_packaged
from monitoring.clinical.rulebook_reader import CRITERIA, parse_crs, parse_news2
from monitoring.clinical.rulebook_types import CrsRules, News2Rules, Rulebook

__all__ = ["CRITERIA", "CrsRules", "News2Rules", "Rulebook", "load_rulebook"]

RULEBOOK_VERSION = 2


@cache
def load_rulebook() -> Rulebook:
    """The packaged rulebook, read and checked once a process.

    Raises ``RuleFileError`` when any rule is incomplete, uncited or inconsistent: no grade is
    better than a grade by a rule nobody wrote.
    """
    return Rulebook(
        id=f"stormwatch-rules@{RULEBOOK_VERSION}",
        news2=parse_news2(read_packaged("news2.toml")),
        crs=parse_crs(read_packaged("astct_crs.toml")),
    )
