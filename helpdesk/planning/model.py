"""The words in which a day is given to the planner, and in which it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

Id = int | str
Window = tuple[int, int]
"""From, until: a visit may *begin* at any second from the first to the last, both included."""
Matrix = Sequence[Sequence[int | None]]
"""`matrix[a][b]`: seconds from place a to place b; None or a negative number where there is no way."""


class Priority(IntEnum):
    """What comes first when not all can be served. Who is poor is not among it, and must not be."""

    EMERGENCY = 0
    FRAILTY = 1
    OVERDUE = 2
    NORMAL = 3


class Lock(StrEnum):
    """What of a visit's `planned` somebody has settled."""

    NONE = "none"
    TECHNICIAN = "technician"
    TIME = "time"
    WINDOW = "window"
    BOTH = "both"


class Progress(StrEnum):
    """A visit that has begun stays with its crew and its time: `planned` says which."""

    NOT_STARTED = "not_started"
    ON_THE_WAY = "on_the_way"
    ON_SITE = "on_site"


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break that begins between two times, wherever the technician is then."""

    earliest: int
    latest: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class Technician:
    """Somebody who goes to doors. `skills` are those valid on this day: what has expired is left out by the caller.

    Places are indexes of the travel tables. Without `end_place` the way home does not count. `mode` names the table:
    "walk", "ebike". `capacity` bounds the sum of `load` on one shift; None is no bound.
    """

    id: Id
    skills: frozenset[str] = frozenset()
    shifts: tuple[Window, ...] = ()
    lunch: Lunch | None = None
    start_place: int = 0
    end_place: int | None = None
    mode: str = "walk"
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What stands in the plan already: the crew, and when it begins. The first of the crew has the skills."""

    technicians: tuple[Id, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One door. `windows` are all times at which it may begin; none: any time. `promised` was told to the resident.

    Of a crew of two, the first must have all `skills`, the second may be anybody on shift; both begin together.
    `duration_s` None is unknown: such a visit is not planned, and says so.
    """

    id: Id
    place: int
    duration_s: int | None
    windows: tuple[Window, ...] = ()
    skills: frozenset[str] = frozenset()
    crew_size: int = 1
    priority: Priority = Priority.NORMAL
    lock: Lock = Lock.NONE
    planned: Planned | None = None
    promised: Window | None = None
    progress: Progress = Progress.NOT_STARTED
    load: int = 0


@dataclass(frozen=True, slots=True)
class Reserve:
    """So many seconds of those with this skill stay free between two times, for what will still be reported."""

    skill: str
    period: Window
    seconds: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What a plan costs, in points; a second of travel is one point. The company may set each of them."""

    travel: int = 1
    unserved: tuple[int, int, int, int] = (20_000_000, 2_000_000, 400_000, 40_000)  # by Priority
    unserved_second: int = 30  # per second of the visit's duration, so that an hour weighs more than a minute
    dropped: int = 200_000  # was planned, is no longer
    lock_broken: int = 5_000_000  # somebody settled it, and it is not served
    promise: int = 2_000_000  # begins outside the promised window
    technician: int = 1_800  # for each of the crew who is another than before
    move_second: int = 1  # per second beyond `move_free_s` that the start differs from the planned one
    move_free_s: int = 600
    emergency_second: int = 100  # per second that an emergency waits
    reserve_second: int = 200  # per second that the reserve is short


@dataclass(frozen=True, slots=True)
class Problem:
    """A day to plan. `now` is None for a day that has not begun; else nothing new begins before it."""

    technicians: tuple[Technician, ...]
    visits: tuple[Visit, ...]
    travel: Mapping[str, Matrix]
    reserves: tuple[Reserve, ...] = ()
    weights: Weights = field(default_factory=Weights)
    now: int | None = None
    day: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Work at a door from `start` to `until` after a way of `travel_s`; `visit` None is lunch."""

    visit: Id | None
    start: int
    until: int
    travel_s: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """One shift of one technician, in order. `back_s` is the way to the end place."""

    technician: Id
    shift: int
    stops: tuple[Stop, ...] = ()
    back_s: int = 0


class Reason(StrEnum):
    """Why a visit is not served."""

    NO_DURATION = "no_duration"
    NO_PLACE = "no_place"
    BAD_CREW = "bad_crew"  # a crew of none, or of more than there are
    WINDOW_PAST = "window_past"
    NO_SKILL = "no_skill"  # nobody has it on that day
    NO_SHIFT = "no_shift"  # who has it is not on shift in its windows
    CREW_SHORT = "crew_short"  # not enough people together on shift in its windows
    LOCK_IMPOSSIBLE = "lock_impossible"  # what is settled can never be
    LOCKS_CLASH = "locks_clash"  # what is settled here and elsewhere excludes each other
    FULL = "full"  # everybody is busy; `amount_s` says how much is missing
    RESERVE = "reserve"  # only the reserve would be left for it


class Remedy(StrEnum):
    """What would help."""

    NONE = "none"
    SET_DURATION = "set_duration"
    SET_PLACE = "set_place"
    RELEASE_LOCK = "release_lock"
    NAMED_WINDOW = "named_window"  # `window`, which the resident named beside what was promised
    MOVE_WINDOW = "move_window"  # to `window`, where `technician` is free
    NEXT_DAY = "next_day"  # in `window` of the day after; found by whoever knows that day
    DROP_VISIT = "drop_visit"  # `other`, which is no more urgent
    EXTEND_SHIFT = "extend_shift"  # of `technician` by `amount_s`
    USE_RESERVE = "use_reserve"
    SECOND_PERSON = "second_person"
    FIND_SKILL = "find_skill"


@dataclass(frozen=True, slots=True)
class Help:
    """One thing that would help, and its price: seconds of overtime, people who are told another time, and points."""

    remedy: Remedy
    technician: Id | None = None
    window: Window | None = None
    other: Id | None = None
    overtime_s: int = 0
    people: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class Unserved:
    """A visit that is not in the plan. `other` is the visit it clashes with; of `helps` the cheapest is the first."""

    visit: Id
    reason: Reason
    amount_s: int = 0
    other: Id | None = None
    helps: tuple[Help, ...] = ()

    @property
    def help(self) -> Help:
        return self.helps[0] if self.helps else Help(Remedy.NONE)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes where when. A visit of a crew stands in the routes of all of it, at the same time."""

    routes: tuple[Route, ...] = ()
    unserved: tuple[Unserved, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan costs, in points by cause (see Weights), and two plain figures."""

    unserved: int = 0
    travel: int = 0
    change: int = 0
    promise: int = 0
    waiting: int = 0
    reserve: int = 0
    served: int = 0
    travel_s: int = 0

    @property
    def total(self) -> int:
        return self.unserved + self.travel + self.change + self.promise + self.waiting + self.reserve
