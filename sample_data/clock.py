"""Two clocks: the story's, which may run fast, and the wall's, which every record carries."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryClock:
    """Where the stories stand: at ``wall`` it was ``story``; ``speed`` story seconds pass a second.

    A record always carries wall time, so a fast ward is as current as a slow one.
    """

    story: datetime
    wall: datetime
    speed: float = 1.0

    def wall_at(self, story: datetime) -> datetime:
        """When a moment of the story comes on the wall clock."""
        return self.wall + (story - self.story) / self.speed

    def story_at(self, wall: datetime) -> datetime:
        """How far the stories are at a wall time."""
        return self.story + (wall - self.wall) * self.speed
