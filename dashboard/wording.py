"""The dashboard's own words: units, times and plain sentences, written once."""

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from monitoring.services.access import Role

DEMO_BANNER = "Demo data: invented patients, not for clinical use"
INTENDED_USE = "Stormwatch suggests; a clinician decides. It is not a primary alarm system."

_ROLES = {
    Role.NURSE: "nurse",
    Role.CHARGE_NURSE: "charge nurse",
    Role.PHYSICIAN: "physician",
    Role.ADMIN: "administrator",
}


def role(member_role: Role) -> str:
    """A member's role in words."""
    return _ROLES[member_role]


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """A time of day as the ward reads it; with its offset on the days when clocks change."""
    local = instant.astimezone(zone)
    text = f"{local:%H:%M}"
    return f"{text} ({_offset(local)})" if _clocks_change(local) else text


def date_and_clock(instant: datetime, zone: ZoneInfo) -> str:
    """A day and a time of day as the ward reads them: "Sun 22 Nov, 10:42"."""
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {clock(instant, zone)}"


def clock_or_date(instant: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """A time of day, with its day unless that is today."""
    same_day = instant.astimezone(zone).date() == now.astimezone(zone).date()
    return clock(instant, zone) if same_day else date_and_clock(instant, zone)


def age(seconds: float) -> str:
    """How long ago, in the shortest words that are still true: "now", "12 min", "5 h", "3 d"."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "now"
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def plain(text: str) -> str:
    """Text from a record, made harmless for ``st.html``: the one place where it is escaped."""
    return escape(text, quote=True)


def _offset(local: datetime) -> str:
    return f"UTC{local.isoformat()[-6:]}"


def _clocks_change(local: datetime) -> bool:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    end = midnight.replace(hour=23, minute=59)
    return midnight.utcoffset() != end.utcoffset()
