"""One shift as a line of stops, with everything that lets a visit be tried at any position in constant time.

`leave[i]` is when one can go on from stop i at the earliest, `latest[i]` when stop i may begin at the latest so that
everything behind it still fits. Between i and i+1 a visit fits if, begun as early as can be, it ends early enough for
`latest[i + 1]`. Nothing behind or before has to be looked at, and no approximation is made, also with several windows.
"""

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from helpdesk.planning.model import Window
from helpdesk.planning.ready import Shift

if TYPE_CHECKING:
    from helpdesk.planning.tables import Tables

START, END, LUNCH = -1, -2, -3
NEVER = -(10**9)
Windows = tuple[Window, ...]


def begin(windows: Windows, earliest: int) -> int | None:
    """Return the first allowed moment that is not before `earliest`."""
    for first, last in windows:
        if earliest <= last:
            return earliest if earliest > first else first
    return None


def begin_latest(windows: Windows, latest: int) -> int:
    """Return the last allowed moment that is not after `latest`; NEVER if there is none."""
    for first, last in reversed(windows):
        if latest >= first:
            return latest if latest < last else last
    return NEVER


class Line:
    """A feasible order of stops for one shift. Never changed: another order is another line."""

    __slots__ = ("shift", "nodes", "places", "start", "leave", "latest", "legs", "room", "points", "free", "load")

    def __init__(self, shift: Shift, nodes: list[int], tables: "Tables") -> None:
        """Time the stops as early as possible, from START to END; raises Unfit if one is late."""
        self.shift, self.nodes = shift, nodes
        self.places, self.legs, self.start, self.leave = [], [], [], []
        self._forward(tables)
        self._backward(tables)
        self.load = sum(tables.load[node] for node in nodes if node >= 0)
        if self.load > tables.capacity[shift.technician.id]:
            raise Unfit(nodes[-2])
        self.points = tables.points(self)
        self.free = tables.free(self)

    def _forward(self, tables: "Tables") -> None:
        shift, out = self.shift, self.shift.out
        now, here = shift.start, shift.start_place
        for node in self.nodes:
            if node >= 0:
                there, duration = tables.place[node], tables.duration[node]
                leg = out[here][there]
                start = begin(tables.windows[node], now + leg)
            elif node == LUNCH:
                there, duration, leg = here, shift.lunch.duration_s, 0
                start = max(now, shift.lunch.earliest) if now <= shift.lunch.latest else None
            else:
                there, duration = (shift.end_place if node == END else here), 0
                leg = out[here][there] if node == END else 0
                start = now + leg if now + leg <= shift.until else None
            if start is None:
                raise Unfit(node)
            self.places.append(there)
            self.legs.append(leg)
            self.start.append(start)
            now, here = start + duration, there
            self.leave.append(now)

    def _backward(self, tables: "Tables") -> None:
        shift, nodes, legs = self.shift, self.nodes, self.legs
        latest = [0] * len(nodes)
        latest[-1] = limit = shift.until
        room, behind = NEVER, 0
        for i in range(len(nodes) - 2, -1, -1):
            room = max(room, limit + behind - self.leave[i])
            node, limit, behind = nodes[i], limit - legs[i + 1], 0
            if node >= 0:
                limit = begin_latest(tables.windows[node], limit - tables.duration[node])
            elif node == LUNCH:
                limit, behind = min(limit - shift.lunch.duration_s, shift.lunch.latest), legs[i + 1]
            latest[i] = limit
        self.latest, self.room = latest, room

    def places_for(self, node: int, tables: "Tables"):
        """Yield (added travel, position, start) wherever the visit fits; it would become `nodes[position]`."""
        windows, duration = tables.windows[node], tables.duration[node]
        if not windows or duration > self.room:
            return
        if self.load + tables.load[node] > tables.capacity[self.shift.technician.id]:
            return
        first, last = windows[0][0], windows[-1][1]
        place, leave, latest, legs, nodes, places = (
            tables.place[node], self.leave, self.latest, self.legs, self.nodes, self.places,
        )  # fmt: skip
        into, out, simple = self.shift.into[place], self.shift.out[place], len(windows) == 1
        after_lunch = self._lunch_bound()
        begin_at = max(bisect_left(latest, first + duration, 1) - 1, 0)
        if after_lunch is not None:
            begin_at = min(begin_at, after_lunch)
        for i in range(begin_at, min(bisect_right(leave, last), len(nodes) - 1)):
            way = into[places[i]]
            start = leave[i] + way
            if start > last:
                continue
            if simple:
                start = start if start > first else first
            else:
                start = begin(windows, start)
            if nodes[i + 1] == LUNCH:
                added = self._before_lunch(i, way, start + duration, out)
                if added is not None:
                    yield added, i + 1, start
                continue
            onward = out[places[i + 1]]
            if start + duration + onward <= latest[i + 1]:
                yield way + onward - legs[i + 1], i + 1, start

    def _lunch_bound(self) -> int | None:
        """The position before lunch, where `latest` may be too strict: one walks on from lunch, wherever it is."""
        return self.nodes.index(LUNCH) - 1 if self.shift.lunch else None

    def _before_lunch(self, i: int, way: int, end: int, out) -> int | None:
        """Return the added travel of a visit before lunch, which then is taken there; None if that is late."""
        onward = out[self.places[i + 2]]
        return way + onward - self.legs[i + 2] if end <= self.lunch_limit(i + 1, onward) else None

    def lunch_limit(self, at: int, onward: int) -> int:
        """Return how late lunch, which is stop `at`, may begin if the way behind it becomes `onward`."""
        lunch = self.shift.lunch
        limit = min(lunch.latest, self.latest[at + 1] - onward - lunch.duration_s)
        return limit if limit >= lunch.earliest else NEVER

    def slack(self, position: int) -> int:
        """Return by how many seconds the stop at this position may begin later without anything becoming impossible."""
        return self.latest[position] - self.start[position]


class Unfit(Exception):
    """These stops do not fit into the shift; `node` is the first that is late."""

    def __init__(self, node: int) -> None:
        super().__init__(node)
        self.node = node
