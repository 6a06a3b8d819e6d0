"""What follows from calls that are no repairs: complaints and their replies, sheets, praise, what was answered.

The same rows and events as the acts of `helpdesk.cases` make, each at its moment; what lies after the moment the
estate is loaded for has not happened.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from helpdesk.cases.models import CaseKind, ReplyWay, Satisfaction, Team
from helpdesk.cases.rules import PREFIX, Level, level_of
from helpdesk.cases.states import CaseStatus, move
from helpdesk.core import clock
from helpdesk.demo.desk import Desk, NotYet
from helpdesk.demo.staff import Staff
from helpdesk.hotline.models import Outcome
from helpdesk.repairs.deadlines import deadlines

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FOLLOWED = timedelta(days=150)  # what is older was written in a book
ANSWERED = timedelta(days=45)
KINDS = {Outcome.COMPLAINT: CaseKind.COMPLAINT, Outcome.WAIVER: CaseKind.WAIVER_ENQUIRY}
COMPLEX, LATE, NOT_SETTLED, SELDOM = 0.12, 0.07, 0.05, 0.03
CONTENT = {Satisfaction.SATISFIED: 88, Satisfaction.FAIR: 9, Satisfaction.DISSATISFIED: 3}
ANSWERS = {
    "物业费": "可以到服务中心查,窗口开到下午五点半,带户号就行。",
    "停水": "自来水公司检修,通知贴在楼道,到下午四点恢复。",
    "装修": "来服务中心登记,带房产证复印件,押金按公示标准。",
    "充电卡": "北门值班室可以充,现金扫码都行。",
    "垃圾": "早上七点和傍晚五点各一次。",
    "门禁卡": "带身份证到服务中心补,当场办好。",
    "停车": "收费标准贴在岗亭,月卡在服务中心办。",
    "燃气": "按通知上的日子,上午八点半到十一点,家里要留人。",
    "旧家具": "可以帮忙联系清运,当面看了报价。",
}
REPLIES = {
    CaseKind.COMPLAINT: (
        "已上门与对方当面说好,晚上十点后不再发声,当面致歉。",
        "已约谈当事人并张贴告示,一周内复查。",
        "查实是我们安排不周,已向住户道歉,当天补做。",
        "已联系社区网格员一起劝导,对方答应整改。",
    ),
    CaseKind.WAIVER_ENQUIRY: (
        "已电话告知办理条件和要带的材料,约好周三上午到服务中心。",
        "办法还在定,已登记,定了第一时间回电。",
        "已告诉住户先到社区开证明,材料齐了我们代交。",
    ),
}


@dataclass(slots=True, eq=False)
class CaseRow:
    """A case before it is a row."""

    values: dict[str, Any]
    events: int = 0

    @property
    def status(self) -> CaseStatus:
        return self.values["status"]

    @status.setter
    def status(self, to: CaseStatus) -> None:
        self.values["status"] = to


@dataclass(slots=True)
class Casework:
    """The cases and the praise of one estate."""

    desk: Desk
    staff: Staff
    levels: Mapping[Level, Any]
    last: dict[date, int]  # numbers drawn, counted through each day for all estates
    rng: Random
    chased: dict[int, int] = field(default_factory=dict)  # how often each order was

    def follow(self, call: Mapping[str, Any], outcome: Outcome | None, at: datetime | None, by: int) -> None:
        """What comes of a call that was just saved."""
        if at is None or at < self.desk.now - FOLLOWED:
            return
        if outcome in KINDS:
            self._case_of(call, KINDS[outcome], at, by)
        elif outcome is Outcome.PRAISE:
            self.praise(call["words"], at, by, call_id=call["id"])
        elif outcome in (Outcome.ENQUIRY, Outcome.HELP) and at > self.desk.now - ANSWERED:
            words = next((said for word, said in ANSWERS.items() if word in call["words"]), "")
            if words or outcome is Outcome.HELP:
                words = words or "请值班师傅顺路上门帮忙,二十分钟内到。"
                self.desk.rows.add("call_answer", call_id=call["id"], words=words)

    def chase(self, order, at: datetime, by: int, call_id: int) -> None:
        chase_id = self.desk.rows.next_id("chase")
        self.desk.rows.add("chase", id=chase_id, work_order_id=order.id, call_id=call_id, chased_at=at, chased_by_id=by)
        self.chased[order.id] = self.chased.get(order.id, 0) + 1
        data = {"chase_id": chase_id}
        self.desk.journal.note(at, by, "work_order.chased", "work_order", order.id, order.topics, data)

    def praise(
        self, words: str, at: datetime, by: int, *, call_id: int | None = None, user: int | None = None,
        seen_after: timedelta | None = 14 * HOUR,
    ) -> None:  # fmt: skip
        rng, rows = self.rng, self.desk.rows
        team = None if user else Team.OPERATORS if "值班" in words else Team.TECHNICIANS if rng.random() < 0.3 else None
        of_team = {Team.OPERATORS: self.staff.operators, Team.TECHNICIANS: self.staff.technicians}
        readers = of_team[team] if team else [user or rng.choice(self.staff.technicians)]
        praise_id = rows.next_id("praise")
        rows.add(
            "praise", id=praise_id, estate_id=self.desk.estate_id, call_id=call_id, team=team, words=words, said_at=at
        )
        topics, data = sorted(f"praise:{reader}" for reader in readers), {"user_ids": list(readers)}
        self.desk.journal.note(at, by, "praise.passed_on", "praise", praise_id, topics, data)
        for reader in readers:
            reader_id, seen_at = rows.next_id("praise_reader"), None
            if seen_after and at + seen_after <= self.desk.now:
                seen_at = at + seen_after
                about = ("praise.read", "praise_reader", reader_id, [f"praise:{reader}"], {"count": 1})
                self.desk.journal.note(seen_at, reader, *about)
            rows.add("praise_reader", id=reader_id, praise_id=praise_id, user_id=reader, seen_at=seen_at)

    def open(
        self, kind: CaseKind, at: datetime, by: int, *, words: str, due_at: datetime | None = None, **more
    ) -> CaseRow:
        day = clock.local_date(at)
        self.last[day] = self.last.get(day, 0) + 1
        level = self.levels[level_of(kind, is_complex=more.get("is_complex", False))]
        due = deadlines(level, reported_at=at, is_workday=self.desk.is_workday)
        usual = {"owner_id": None, "call_id": None, "is_complex": False, "received_from": "", "reopened": 0}
        case = CaseRow({
            "id": self.desk.rows.next_id("case"), "number": f"{PREFIX[kind]}{day:%Y%m%d}-{self.last[day]:04}",
            "estate_id": self.desk.estate_id, "kind": kind, "status": CaseStatus.OPEN, "words": words,
            "opened_by_id": by, "received_at": at, "opened_at": at, "counted_from": at, "service_level_id": level.id,
            "respond_by": due.respond_by, "reply_by": due_at or due.done_by, "reply_text": "", "return_reason": "",
            **usual, **more,
        })  # fmt: skip
        reply_by, owner, call_id = (case.values[name] for name in ("reply_by", "owner_id", "call_id"))
        if owner == by:
            case.values["responded_at"] = at
        data = {"about": kind, "owner_id": owner, "reply_by": reply_by, "call_id": call_id}
        self._note(case, at, by, "case.opened", data)
        return case

    def assign(self, case: CaseRow, at: datetime, owner: int) -> None:
        self._reach(at)
        case.values["owner_id"] = owner
        case.values.setdefault("responded_at", at)
        self._note(case, at, owner, "case.assigned", {"owner_id": owner})

    def remark(self, case: CaseRow, at: datetime, by: int, words: str) -> None:
        self._reach(at)
        self._note(case, at, by, "case.noted", {"note_id": self._words(case, at, by, words)})

    def order(self, case: CaseRow, at: datetime, by: int, order_id: int) -> None:
        self._reach(at)
        case.values["work_order_id"] = order_id
        self._note(case, at, by, "case.order_opened", {"work_order_id": order_id})

    def extension(
        self, case: CaseRow, at: datetime, by: int, until: datetime, reason: str, granted_at: datetime | None = None
    ) -> None:
        self._reach(at)
        extension_id, decided = self.desk.rows.next_id("case_extension"), granted_at and granted_at <= self.desk.now
        self.desk.rows.add(
            "case_extension", id=extension_id, case_id=case.values["id"], until=until, reason=reason, asked_at=at,
            granted=True if decided else None, decided_at=granted_at if decided else None,
        )  # fmt: skip
        self._note(case, at, by, "case.extension_asked", {"extension_id": extension_id, "until": until})
        if decided:
            case.values["reply_by"] = until
            data = {"extension_id": extension_id, "granted": True, "reply_by": until}
            self._note(case, granted_at, by, "case.extension_decided", data)

    def reply(self, case: CaseRow, at: datetime, by: int, words: str, way: ReplyWay) -> None:
        self._reach(at)
        move(case, CaseStatus.ANSWERED)
        case.values |= {"reply_text": words, "reply_way": way, "replied_at": at}
        self._note(case, at, by, "case.replied", {"way": way, "in_time": at <= case.values["reply_by"]})

    def give_back(self, case: CaseRow, at: datetime, by: int, reason: str) -> None:
        self._reach(at)
        move(case, CaseStatus.RETURNED)
        case.values |= {"return_reason": reason, "returned_at": at}
        self._note(case, at, by, "case.returned", {})

    def close(self, case: CaseRow, at: datetime, by: int, content: Satisfaction | None) -> None:
        self._reach(at)
        move(case, CaseStatus.CLOSED)
        case.values |= {"closed_at": at, "satisfaction": content}
        self._note(case, at, by, "case.closed", {"satisfaction": content})

    def reopen(self, case: CaseRow, at: datetime, by: int, reason: str) -> None:
        self._reach(at)
        old, values = move(case, CaseStatus.OPEN), case.values
        earlier = self._words(case, at, by, values["reply_text"])
        note = self._words(case, at, by, reason)
        level = self.levels[level_of(values["kind"], is_complex=values["is_complex"])]
        due = deadlines(level, reported_at=at, is_workday=self.desk.is_workday)
        empty = dict.fromkeys(("reply_way", "replied_at", "closed_at", "satisfaction", "responded_at"))
        case.values |= empty | {
            "reply_text": "", "reopened": values["reopened"] + 1, "counted_from": at, "respond_by": due.respond_by,
            "reply_by": due.done_by,
        }  # fmt: skip
        data = {"from_status": old, "note_id": note, "earlier_id": earlier, "reply_by": due.done_by}
        self._note(case, at, by, "case.reopened", data)

    def tell(self, case: CaseRow, story: Callable[[CaseRow], None]) -> None:
        """Let happen what has happened by now, and keep the case as it then stands."""
        with suppress(NotYet):
            story(case)
        self.desk.rows.add("case", version=case.events, **case.values)

    def _case_of(self, call: Mapping[str, Any], kind: CaseKind, at: datetime, by: int) -> None:
        rng = self.rng
        answers = self.staff.officer if kind is CaseKind.WAIVER_ENQUIRY else self.staff.manager
        owner = None if kind is CaseKind.WAIVER_ENQUIRY else answers
        known = {name: call[name] for name in ("place_id", "person_id", "phone_id")}
        is_complex = kind is CaseKind.COMPLAINT and rng.random() < COMPLEX
        case = self.open(
            kind, at, by, words=call["words"], owner_id=owner, call_id=call["id"], is_complex=is_complex, **known
        )
        begun = self._by_day(at + rng.randint(8, 100) * MINUTE)
        replied = self._by_day(begun + rng.uniform(0.5, 9 if not is_complex else 40) * HOUR)
        if rng.random() < LATE:
            replied = case.values["reply_by"] + rng.uniform(1, 20) * HOUR
        words, content = rng.choice(REPLIES[kind]), rng.choices(tuple(CONTENT), tuple(CONTENT.values()))[0]
        again, forgotten = rng.random() < NOT_SETTLED, rng.random() < SELDOM

        def story(case: CaseRow) -> None:
            if forgotten and at > self.desk.now - 6 * DAY:
                return
            self.assign(case, begun, answers)
            self.reply(case, replied, answers, words, ReplyWay.PHONE)
            if again:
                second = replied + 3 * DAY
                self.reopen(case, second, answers, "来电说老样子,没有改。")
                self.assign(case, second + HOUR, answers)
                self.reply(case, second + 6 * HOUR, answers, rng.choice(REPLIES[kind]), ReplyWay.VISIT)
                self.close(case, second + 2 * DAY, answers, Satisfaction.FAIR)
            else:
                self.close(case, replied + rng.uniform(15, 40) * HOUR, answers, content if rng.random() < 0.8 else None)

        self.tell(case, story)

    def _by_day(self, at: datetime) -> datetime:
        """Whoever answers works by day: what falls into the night waits for a quarter past eight."""
        hour = clock.local(at).hour
        if 8 <= hour < 19:
            return at
        morning = clock.local_date(at) + (DAY if hour >= 19 else timedelta(0))
        return clock.start_of_day(morning) + 8 * HOUR + self.rng.randint(10, 70) * MINUTE

    def _reach(self, at: datetime) -> None:
        if at > self.desk.now:
            raise NotYet

    def _words(self, case: CaseRow, at: datetime, by: int, words: str) -> int:
        note_id = self.desk.rows.next_id("case_note")
        case_id = case.values["id"]
        self.desk.rows.add("case_note", id=note_id, case_id=case_id, words=words, said_at=at, said_by_id=by)
        return note_id

    def _note(self, case: CaseRow, at: datetime, by: int, kind: str, data: dict) -> None:
        case.events += 1
        topics = [f"cases:{self.desk.estate_id}"]
        self.desk.journal.note(at, by, kind, "case", case.values["id"], topics, data)
