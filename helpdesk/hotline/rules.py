"""What the console proposes and reads aloud: values in, values out."""

import re
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256

from helpdesk.core import clock
from helpdesk.estate import addresses, phone_numbers
from helpdesk.estate.models import Place, PlaceKind
from helpdesk.repairs.models import Urgency
from helpdesk.windows.rules import Window

AT_ONCE = "at_once"  # instead of a window: somebody sets out now
DAYS_SHOWN = 3
SOON = timedelta(hours=12)  # nearer than this, a clock time needs no "this evening"
HURRIES = frozenset({Urgency.P0, Urgency.P1})
LEAST_DIGITS = 5  # fewer are a room, a home number or the end of a number: a look-up
PUBLIC = frozenset({"110", "119", "120", "122"})  # may ring us back; other short ones are rooms
_HIDDEN = re.compile(
    r"anonymous|unknown|unavailable|private|withheld|restricted|未知|无号码|无显示|未显示|隐藏|匿名|保密", re.I
)
# A wish to pay less of the fees, or why: "免费" alone asks what something costs, "难免" asks nothing.
_WAIVER = re.compile(
    r"减免|免除.{0,6}费|免[交缴收掉].{0,6}费"
    r"|(?:物业|物管|管理|服务|停车|车位|卫生|电梯)费.{0,20}?"
    r"(?:减|免[交缴收掉了一]|能免|可免|打折|优惠|便宜|少[交缴收付]|[交缴付]不起|困难|低保|特困|残疾|优抚|烈属|孤寡)"
    r"|(?:低保|特困|残疾|优抚|烈属|孤寡|困难|[交缴付]不起|少[交缴收付]|不用[交缴]).{0,20}?(?:物业|物管|管理|服务|停车|车位|卫生|电梯)费"
    r"|fee waiver|waive|(?:less|lower|reduced?).{0,20}fees?\b|fees?\b.{0,30}(?:less|lower|reduced?|poor|afford)",
    re.I,
)
_DIGITS = "零一二三四五六七八九"


def may_be_number(typed: str) -> bool:
    """Whether what stands in the caller's field can be what rang: a number, most of one, or that it was hidden.

    A name, initials, an address and a home number are look-ups.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    digits = sum(sign.isdigit() for sign in text)
    if digits < LEAST_DIGITS:
        return text in PUBLIC or bool(_HIDDEN.search(text))
    found = phone_numbers.normalise(text)
    is_whole = found is not None and found.kind is not phone_numbers.PhoneKind.SHORT
    return is_whole or text.isdigit() or not addresses.parse(text)


def asks_for_waiver(words: str) -> bool:
    """Whether this sounds like somebody who asks to pay less of the fees: then it tells how they live."""
    return bool(_WAIVER.search(unicodedata.normalize("NFKC", words)))


def digest_of(call) -> str:
    """A short sign of what is kept of a call: two windows that know the same one know the same words."""
    kept = (
        call.caller_number, call.words, call.place_id, call.person_id, call.phone_id, call.category_id,
        str(call.urgency or ""), call.answer.words if call.answer else "",
    )  # fmt: skip
    if call.happened_at != call.logged_at or call.as_typed:
        kept += (
            str(call.happened_at),
            *((call.as_typed.place_words, call.as_typed.happened_words) if call.as_typed else ()),
        )
    if call.choices and call.choices.values:
        kept += tuple(sorted(f"{name}={value}" for name, value in call.choices.values.items()))
    return sha256(repr(kept).encode()).hexdigest()[:16]


def sets_out_now(urgency: Urgency | None, *, sent: bool, at_once: bool) -> bool:
    """Whether somebody who was chosen (`sent`) sets out now although no window was agreed."""
    return sent and (at_once or urgency in HURRIES)


def read_back(
    place: Place | None, fault: str, *, now: datetime, arrive_by: datetime | None, window: Window | None = None,
    at_once: bool = False, door_code: str = "",
) -> str:  # fmt: skip
    """The sentence an operator reads to the resident, in Chinese whatever the language of the screen.

    七幢二单元五〇一，水管爆裂，师傅两点四十四分前到。 A window wins over the promised arrival; without either we say
    only that somebody will come. `door_code` are the two digits that whoever comes will say at the door.
    """
    if window:
        day = spoken_day(window.starts_at, now)
        starts, ends = spoken_time(window.starts_at), spoken_time(window.ends_at)
        begins, ends_in = part_of_day(window.starts_at), part_of_day(window.ends_at)
        until = ends if begins == ends_in else ends_in + ends
        coming = f"师傅{day}{begins}{starts}到{until}之间上门"
    elif arrive_by and now <= arrive_by:
        far = arrive_by - now > SOON
        said = f"{spoken_day(arrive_by, now)}{part_of_day(arrive_by)}" if far else ""
        coming = "师傅马上出发" if at_once and far else f"师傅{said}{spoken_time(arrive_by)}前到"
    else:
        coming = "师傅马上出发" if at_once else "我们马上安排师傅上门"
    code = f"师傅进门先报{''.join(_DIGITS[int(digit)] for digit in door_code)}。" if door_code else ""
    return "，".join(filter(None, (spoken_place(place), spoken_fault(fault), coming))) + "。" + code


def spoken_place(place: Place | None) -> str:
    """七幢二单元五〇一, 三幢车库一二, 三幢二单元楼道; a place with a name of its own is said by its name."""
    if place is None:
        return ""
    before = addresses.spoken(place.building_no, place.unit_no, None)
    number = addresses.spoken(None, None, place.room_no) if place.room_no else ""
    if place.kind is PlaceKind.DWELLING and before:
        return before + number
    if place.kind in (PlaceKind.GARAGE, PlaceKind.SHOP) and number:
        return f"{before}{'车库' if place.kind is PlaceKind.GARAGE else '门面'}{number}"
    is_stairwell = place.kind is PlaceKind.COMMON_AREA and place.address == f"{place.building_no}-{place.unit_no}"
    return f"{before}楼道" if is_stairwell else place.address


def spoken_fault(name: str) -> str:
    """爆管/大面积漏水 is read as 爆管或大面积漏水; what stands in brackets is for the desk only."""
    name = re.sub(r"[（(].*?[）)]", "", name)
    first, _slash, last = name.rpartition("/")
    return f"{first.replace('/', '、')}或{last}" if first else last


def spoken_time(moment: datetime) -> str:
    """02:44 is 两点四十四分, 08:30 is 八点半, 14:00 is 两点, 00:05 is 零点零五分."""
    here = clock.local(moment)
    hour = here.hour if here.hour <= 12 else here.hour - 12
    hours = "两" if hour == 2 else _counted(hour)
    minutes = {0: "", 30: "半"}.get(here.minute)
    if minutes is None:
        minutes = f"{'零' if here.minute < 10 else ''}{_counted(here.minute)}分"
    return f"{hours}点{minutes}"


def part_of_day(moment: datetime) -> str:
    """凌晨, 早上, 上午, 中午, 下午 or 晚上."""
    hour = clock.local(moment).hour
    parts = ((6, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    return next(name for until, name in parts if hour < until)


def spoken_day(moment: datetime, now: datetime) -> str:
    """今天, 明天, 后天, then 三月五号."""
    day, today = clock.local_date(moment), clock.local_date(now)
    near = {0: "今天", 1: "明天", 2: "后天"}.get((day - today).days)
    return near or f"{_counted(day.month)}月{_counted(day.day)}号"


def _counted(number: int) -> str:
    """0 to 99 in Chinese: 10 is 十, 44 is 四十四."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{'' if tens == 1 else _DIGITS[tens]}十{_DIGITS[ones] if ones else ''}"
