"""The sample ward's beds and staff, as its TOML gives them."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from sample_data.scenario import scenarios


@dataclass(frozen=True, slots=True, kw_only=True)
class BedPlan:
    """A bed and the story that is under way in it when the ward is loaded; None is an empty bed."""

    label: str
    story: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """An invented member of the ward team."""

    username: str
    display_name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WardPlan:
    """The sample ward as its TOML describes it."""

    code: str
    name: str
    time_zone: str
    beds: tuple[BedPlan, ...]
    staff: tuple[StaffMember, ...]

    def usernames(self, role: str) -> tuple[str, ...]:
        """Who on the ward has a role."""
        return tuple(member.username for member in self.staff if member.role == role)

    @property
    def occupied(self) -> tuple[BedPlan, ...]:
        """The beds that have a patient when the ward is loaded."""
        return tuple(bed for bed in self.beds if bed.story is not None)


@cache
def ward_plan() -> WardPlan:
    """The plan; raises ``ValueError`` where a bed names a story that does not exist."""
    text = (files("sample_data") / "ward.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    plan = WardPlan(
        code=document["code"],
        name=document["name"],
        time_zone=document["time_zone"],
        beds=tuple(BedPlan(**bed) for bed in document["beds"]),
        staff=tuple(StaffMember(**member) for member in document["staff"]),
    )
    unknown = [bed.story for bed in plan.occupied if bed.story not in scenarios()]
    if unknown:
        message = f"ward.toml names stories that do not exist: {', '.join(map(str, unknown))}."
        raise ValueError(message)
    return plan


def local_time(at: datetime) -> datetime:
    """The ward's own clock."""
    return at.astimezone(ZoneInfo(ward_plan().time_zone))


def nurse_on_duty(bed: int, at: datetime) -> str:
    """Who looks after a bed: two nurses by day and two by night, who change places every day."""
    nurses = ward_plan().usernames("nurse")
    local = local_time(at)
    is_day = 7 <= local.hour < 19
    # The night belongs to the day on which it began.
    shift_day = local.toordinal() - (local.hour < 7)
    return nurses[(bed + shift_day + 2 * is_day) % len(nurses)]
