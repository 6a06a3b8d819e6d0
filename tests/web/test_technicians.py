"""Who can do what, who works when, who is away; windows, kinds of work and ways, as managers set them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from helpdesk.core import clock
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.dispatch.day import day_sheet
from helpdesk.dispatch.learning import learn_ways
from helpdesk.repairs.models import Category, Visit
from helpdesk.repairs.staffing import missing_skills
from helpdesk.repairs.states import VisitStatus
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.technicians.actions import Mastered, add_skill, set_hours
from helpdesk.technicians.models import Absence, AbsenceReason, Level, Skill, TechnicianSkill, TechnicianWish, Wish
from helpdesk.technicians.queries import days_of
from helpdesk.travel.models import BuildingPosition, Leg, Mode, TechnicianMode
from helpdesk.travel.queries import travel_times
from helpdesk.windows.models import Half, Rule
from helpdesk.windows.queries import grid_on, offered_windows, policy_on, reserves_on
from helpdesk.windows.rules import window_value
from tests.conftest import HTMX
from tests.households import add_home

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def add_form(**values):
    return {"request_key": str(uuid4()), **values}


def plumber(**values):
    return add_form(skill="plumber", level="2", **values)


def absence(**values):
    return add_form(**{"reason": "holiday", "part": "whole", "first_on": "2026-03-09"} | values)


@pytest.fixture
def skill(estate, tao, mei, now):
    licence = Mastered(Skill.ELECTRICIAN, Level.LICENSED, "7301", MONDAY + 30 * DAY)
    with writing():
        return add_skill(tao, licence, estate_id=estate.id, actor=mei, now=now)


def seen(text: str, section: str) -> str:
    """What a form of the page says it was made from."""
    return text.split(section, 1)[1].split('name="seen" value="', 1)[1].split('"', 1)[0]


# --- skills


def test_a_manager_notes_a_licence_and_never_its_whole_number(tao, mei, as_user, now):
    sent = add_form(skill="electrician", level="3", licence_tail="7301", expires_on="2026-04-01")

    answer = as_user(mei).post(f"/technicians/{tao.id}/skills", data=sent)
    refused = as_user(mei).post(f"/technicians/{tao.id}/skills", data=plumber(licence_tail="123456"))

    row = db.session.scalars(select(TechnicianSkill)).one()
    assert (answer.status_code, refused.status_code) == (303, 422)
    assert (row.level, row.licence_tail, row.expires_on) == (3, "7301", date(2026, 4, 1))
    assert "30 days left" in as_user(mei).get("/technicians").text


def test_a_licence_needs_a_day_on_which_it_expires(tao, mei, as_user, now):
    answer = as_user(mei).post(f"/technicians/{tao.id}/skills", data=add_form(skill="welder", level="3"))

    assert answer.status_code == 422
    assert "Say when the licence expires." in answer.text


def test_a_skill_sent_twice_is_added_once_and_noted_again_refused(tao, mei, at_once, as_user, now):
    answers = at_once(mei, f"/technicians/{tao.id}/skills", plumber(), times=3)
    again = as_user(mei).post(f"/technicians/{tao.id}/skills", data=plumber())

    assert [answer.status_code for answer in answers] == [200] * 3
    assert again.status_code == 422 and "noted already" in again.text


def test_an_ended_skill_stays_and_can_be_theirs_again(skill, tao, mei, as_user, now):
    browser = as_user(mei)
    browser.post(f"/technicians/skills/{skill.id}/ending", data={"version": skill.version})
    ended = days_of(tao.roles[0].estate_id, [MONDAY])[MONDAY][0].masters("electrician", 2)

    shown = browser.get(f"/technicians/{tao.id}").text
    browser.post(f"/technicians/{tao.id}/skills", data=add_form(skill="electrician", level="2"))

    row = db.session.scalars(select(TechnicianSkill)).one()
    assert ended is False and "until 2026-03-02" in shown
    assert (row.ended_on, row.level, row.licence_tail) == (None, 2, "")


def test_who_comes_second_to_a_skill_is_told(skill, mei, as_user, now):
    old = {"version": skill.version, "level": "2"}
    as_user(mei).post(f"/technicians/skills/{skill.id}", data=old)

    answer = as_user(mei).post(f"/technicians/skills/{skill.id}", data=old | {"level": "1"})

    db.session.expire_all()
    assert answer.status_code == 409
    assert db.session.get(TechnicianSkill, skill.id).level == 2


# --- hours


def hours(browser, tao, **values):
    page = browser.get(f"/technicians/{tao.id}").text
    return {
        "mornings": ["0", "1"], "afternoons": ["0"], "begins": "08:00", "noon": "12:00", "again": "13:30",
        "ends": "17:30", "valid_from": "2026-03-03", "seen": seen(page, 'id="hours"'),
    } | values  # fmt: skip


def test_new_hours_hold_from_their_day_on_and_until_then_the_old_ones(estate, tao, mei, as_user, now):
    browser = as_user(mei)

    answer = browser.post(f"/technicians/{tao.id}/hours", data=hours(browser, tao))

    days = days_of(estate.id, [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY])
    worked = [[f"{clock.local(a):%H:%M}-{clock.local(b):%H:%M}" for a, b in days[day][0].works] for day in days]
    assert answer.status_code == 303
    assert worked == [["08:00-17:30"], ["08:00-12:00"], []]  # Monday still the usual ones


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"valid_from": "2026-03-01"}, "today at the earliest"),
        ({"mornings": [], "afternoons": []}, "Tick at least one half-day"),
        ({"noon": "07:00"}, "has to end after it begins"),
        ({"mornings": ["9"]}, "Choose from the days of the week"),
    ],
)
def test_hours_that_cannot_be_are_explained(wrong, said, tao, mei, as_user, now):
    browser = as_user(mei)

    answer = browser.post(f"/technicians/{tao.id}/hours", data=hours(browser, tao, **wrong))

    assert answer.status_code == 422 and said in answer.text


def test_who_comes_second_to_the_hours_is_told(tao, mei, as_user, now):
    browser = as_user(mei)
    first, second = hours(browser, tao), hours(browser, tao, mornings=["4"], begins="09:10")
    browser.post(f"/technicians/{tao.id}/hours", data=first)

    answer = browser.post(f"/technicians/{tao.id}/hours", data=second)

    assert answer.status_code == 409
    assert 'value="09:10"' in answer.text  # what was typed stays


def test_hours_and_skills_are_of_one_estate_and_an_absence_of_all(new_estate, estate, person, mei, now, as_user):
    other = new_estate("康宁苑")
    kim = person("Kim", Role.TECHNICIAN)
    with writing():
        from helpdesk.accounts.models import UserRole

        db.session.add(UserRole(user_id=kim.id, role=Role.TECHNICIAN, estate_id=other.id))
        set_hours(kim, [(0, 480, 720)], valid_from=MONDAY, estate_id=estate.id, actor=mei, now=now)
        add_skill(kim, Mastered(Skill.PLUMBER, Level.HELPS), estate_id=estate.id, actor=mei, now=now)
    as_user(mei).post(f"/technicians/{kim.id}/sick-calls?estate={estate.id}", data=add_form(last_on="2026-03-02"))

    (here,), (there,) = (days_of(one.id, [MONDAY])[MONDAY] for one in (estate, other))
    assert len(here.skills) == 1 and there.skills == []
    assert here.hours != there.hours
    assert len(here.absences) == len(there.absences) == 1


# --- absences


def test_a_dispatcher_notes_a_sick_call_and_sees_whose_visits_are_affected(work_order, ann, tao, as_user, now):
    with writing():
        schedule_visit(work_order, crew=[tao], planned_at=now + timedelta(hours=1), actor=ann, now=now)

    answer = as_user(ann).post(f"/technicians/{tao.id}/sick-calls", data=add_form(last_on="2026-03-03"))

    gone = db.session.scalars(select(Absence)).one()
    page = as_user(ann).get(f"/technicians/{tao.id}").text
    assert answer.status_code == 303
    assert (gone.reason, gone.starts_at, gone.ends_at) == (
        AbsenceReason.SICK,
        now,
        clock.start_of_day(MONDAY + 2 * DAY),
    )
    assert "1 visit is without its technician" in page and "/schedule/sick?" in page
    assert "Sick" not in page  # why somebody is away is for who plans


def test_a_sick_call_sent_twice_is_one_and_another_is_refused(ann, tao, at_once, as_user, now):
    answers = at_once(ann, f"/technicians/{tao.id}/sick-calls", add_form(last_on="2026-03-02"), times=3)
    again = as_user(ann).post(f"/technicians/{tao.id}/sick-calls", data=add_form(last_on="2026-03-02"))
    past = as_user(ann).post(f"/technicians/{tao.id}/sick-calls", data=add_form(last_on="2026-03-01"))

    assert [answer.status_code for answer in answers] == [200] * 3
    assert (again.status_code, past.status_code) == (422, 422)
    assert db.session.scalar(select(func.count()).select_from(Absence)) == 1


def test_an_absence_to_come_is_called_off_and_one_that_runs_ends_now(tao, mei, as_user, now):
    browser = as_user(mei)
    browser.post(f"/technicians/{tao.id}/absences", data=absence(last_on="2026-03-10"))
    browser.post(f"/technicians/{tao.id}/absences", data=absence(first_on="2026-03-02"))
    later, running = db.session.scalars(select(Absence).order_by(Absence.id)).all()

    codes = [
        browser.post(f"/technicians/absences/{one.id}/calling-off", data={"version": 1}).status_code
        for one in (later, running, running)
    ]

    db.session.expire_all()
    assert codes == [303, 303, 409]
    assert (later.called_off_at, later.ends_at) == (now, clock.start_of_day(date(2026, 3, 11)))
    assert (running.called_off_at, running.ends_at) == (None, now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "tired"}, {"part": "night"}, {"first_on": "2029-01-01"}, {"first_on": "2025-01-01"},
        {"last_on": "2026-03-01"}, {"part": "hours"}, {"part": "hours", "begins": "11:00", "ends": "10:00"},
        {"part": "morning", "last_on": "2026-03-12"},
    ],
)  # fmt: skip
def test_absences_that_cannot_be_are_refused(wrong, tao, mei, as_user, now):
    assert as_user(mei).post(f"/technicians/{tao.id}/absences", data=absence(**wrong)).status_code == 422


# --- who may


@pytest.mark.parametrize(
    ("role", "path", "code"),
    [
        (Role.OPERATOR, "/technicians/{tao}/skills", 403),
        (Role.OPERATOR, "/technicians/{tao}/hours", 403),
        (Role.OPERATOR, "/technicians/{tao}/absences", 403),
        (Role.OPERATOR, "/scheduling-rules/windows", 403),
        (Role.OPERATOR, "/ways/positions", 403),
        (Role.TECHNICIAN, "/technicians/{tao}/sick-calls", 403),
        (Role.FINANCE, "/technicians/{tao}/sick-calls", 403),
    ],
)
def test_who_may_not_is_refused(role, path, code, tao, person, as_user, now):
    assert as_user(person("Kim", role)).post(path.format(tao=tao.id), data={}).status_code == code


def test_whoever_sets_up_an_estate_says_how_long_work_takes_and_a_dispatcher_does_not(
    person, category, ann, as_user, now
):  # fmt: skip
    kind = category("WATER_LEAK").id
    admin = as_user(person("Ada", Role.ADMIN))

    assert admin.get("/categories").status_code == admin.get(f"/categories/{kind}").status_code == 200
    changed = admin.post(f"/categories/{kind}", data=kind_form(admin, kind, duration_minutes="55"))
    assert changed.status_code in (200, 303)
    assert as_user(ann).get("/categories").status_code == 403
    assert admin.get("/technicians").status_code == 403


def test_another_estate_is_not_there(new_estate, skill, tao, person, estate, category, as_user, now):
    max_ = as_user(person("Max", Role.MANAGER, at=new_estate("康宁苑")))
    kind = category("WATER_LEAK").id

    gets = [
        f"/technicians/{tao.id}",
        f"/technicians?estate={estate.id}",
        f"/categories/{kind}",
        f"/ways?estate={estate.id}",
    ]
    posts = [
        f"/technicians/{tao.id}/skills", f"/technicians/skills/{skill.id}", f"/technicians/{tao.id}/sick-calls",
        f"/technicians/{tao.id}/hours?estate={estate.id}", f"/categories/{kind}",
        f"/scheduling-rules/windows?estate={estate.id}",
    ]  # fmt: skip
    assert [max_.get(path).status_code for path in gets] == [404] * len(gets)
    assert [max_.post(path, data={"version": 1}).status_code for path in posts] == [404] * len(posts)


# --- what is missing


def test_a_manager_is_told_of_licences_and_of_skills_nobody_has_tomorrow(skill, estate, tao, mei, ann, as_user, now):
    before = missing_skills(mei, now)
    sick = add_form(last_on="2026-03-03")
    as_user(ann).post(f"/technicians/{tao.id}/sick-calls", data=sick)

    (found,) = missing_skills(mei, now)

    assert [(one.uncovered, len(one.expiring)) for one in before] == [([], 1)]
    assert found.uncovered == ["electrician"]
    assert missing_skills(ann, now) == []
    for page in ("/hotline", "/duty"):
        assert "Tomorrow nobody on shift can do:" in as_user(mei).get(page).text
        assert "Tomorrow nobody on shift can do:" not in as_user(ann).get(page).text


# --- wishes


def test_a_home_may_want_somebody_and_take_it_back(place, tao, ann, as_user, now):
    url, browser = f"/technicians/wishes/{place.id}", as_user(ann)
    version = place.version

    codes = [
        browser.post(url, data={"user_id": tao.id, "wish": wish, "version": version + at}).status_code
        for at, wish in ((0, "prefers"), (0, "avoids"), (1, "prefers"))
    ]

    assert codes == [303, 409, 422]
    assert db.session.get(TechnicianWish, (place.id, tao.id)).wish is Wish.PREFERS
    assert "Tao" in browser.get(f"/estate/places/{place.id}").text
    browser.post(url, data={"user_id": tao.id, "wish": "", "version": version + 1})
    db.session.expire_all()
    assert db.session.get(TechnicianWish, (place.id, tao.id)) is None


# --- windows, reserves, rules


@pytest.mark.sqlite_only
def test_the_page_of_rules_says_what_is_so_when_one_is_broken(estate, mei, as_user):
    page = as_user(mei).get("/scheduling-rules").text

    assert ">Nobody of the crew can do it</label>" in page and ">Takes the time kept for emergencies</label>" in page
    assert '<option value="warn" selected>warns</option><option value="block">stops</option>' in page


def grid(browser, **values):
    page = browser.get("/scheduling-rules").text
    days = {f"day{day}": "08:30-10:00" for day in range(5)} | {"day5": "", "day6": ""}
    return {**days, "valid_from": "2026-03-03", "seen": seen(page, 'id="grid"'), **values}


def test_new_windows_are_offered_from_their_day_on(estate, mei, as_user, now):
    browser = as_user(mei)

    answer = browser.post("/scheduling-rules/windows", data=grid(browser, day1="14:00-16:00, 09:00–11:00"))

    shown = {day: len(windows) for day, windows in grid_on(estate.id, [MONDAY + n * DAY for n in range(7)]).items()}
    assert answer.status_code == 303
    assert list(shown.values()) == [4, 2, 1, 1, 1, 0, 0]
    assert len(offered_windows(estate.id, now)) == 2 + 2 + 3  # noon: two are left today
    assert (
        "Mon, Wed, Thu, Fri 08:30–10:00; Tue 09:00–11:00, 14:00–16:00; Sat, Sun none"
        in browser.get("/scheduling-rules").text
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"day0": "10:00-09:00"}, "ends before it starts"),
        ({"day0": "08:30-10:00, 09:00-11:00"}, "These overlap"),
        ({"day0": "early"}, "is no window"),
        ({f"day{day}": "" for day in range(7)}, "There is no window on any day"),
        ({"valid_from": "2026-03-01"}, "today at the earliest"),
    ],
)
def test_windows_that_cannot_be_are_explained(wrong, said, estate, mei, as_user, now):
    browser = as_user(mei)

    answer = browser.post("/scheduling-rules/windows", data=grid(browser, **wrong))

    assert answer.status_code == 422 and said in answer.text
    assert len(grid_on(estate.id, [MONDAY + DAY])[MONDAY + DAY]) == 4


def test_who_comes_second_to_the_windows_is_told_and_keeps_what_they_typed(mei, as_user, now):
    browser = as_user(mei)
    first, second = grid(browser), grid(browser, day0="09:15-11:00")
    browser.post("/scheduling-rules/windows", data=first)

    answer = browser.post("/scheduling-rules/windows", data=second)

    assert answer.status_code == 409 and "09:15-11:00" in answer.text


def test_the_sentence_is_shown_before_it_is_saved(mei, as_user, now):
    browser = as_user(mei)

    assert "Mon 09:00–11:00" in browser.get("/scheduling-rules/preview?day0=09:00-11:00", headers=HTMX).text
    assert "These overlap" in browser.get("/scheduling-rules/preview?day0=09:00-11:00,10:00-12:00", headers=HTMX).text


def test_reserves_and_rules_hold_from_their_day_on(estate, mei, as_user, now):
    browser = as_user(mei)
    page = browser.get("/scheduling-rules").text
    kept = {"plumber_morning": "45", "valid_from": "2026-03-03", "seen": seen(page, 'id="reserves"')}
    zeros = {f"{skill}_{half}": "0" for skill in ("electrician", "drain", "general", "locksmith", "weak_current",
             "waterproofing", "welder", "mason", "plumber") for half in ("morning", "afternoon")}  # fmt: skip
    rules = {f"rule_{rule.value}": "warn" for rule in Rule} | {"rule_skill": "block"}
    rules |= {"lunch_from": "12:00", "lunch_until": "13:00", "lunch_minutes": "45", "noon": "12:00",
              "valid_from": "2026-03-03", "seen": seen(page, 'id="rules"')}  # fmt: skip

    codes = [
        browser.post("/scheduling-rules/reserves", data=zeros | kept).status_code,
        browser.post("/scheduling-rules/rules", data=rules | {"lunch_minutes": "90"}).status_code,
        browser.post("/scheduling-rules/rules", data=rules | {"rule_skill": "shout"}).status_code,
        browser.post("/scheduling-rules/rules", data=rules).status_code,
        browser.post("/scheduling-rules/rules", data=rules).status_code,
    ]

    assert codes == [303, 422, 422, 303, 409]
    assert len(reserves_on(estate.id, MONDAY)) == 6
    assert reserves_on(estate.id, MONDAY + DAY) == {("plumber", Half.MORNING): 45}
    assert policy_on(estate.id, MONDAY).lunch_minutes == 60
    policy = policy_on(estate.id, MONDAY + DAY)
    assert (policy.lunch_minutes, policy.severities["skill"], policy.severities["absence"]) == (45, "block", "warn")


# --- kinds of work


def kind_form(browser, kind, **values):
    page = browser.get(f"/categories/{kind}").text
    return {
        "duration_minutes": "55", "skill": "plumber", "skill_level": "2", "crew_size": "2", "valid_from": "2026-03-02",
        "seen": seen(page, 'class="card stack"'),
    } | values  # fmt: skip


def test_a_new_visit_takes_as_long_as_its_kind_does_now(work_order, category, ann, tao, mei, as_user, now):
    kind, browser = category("WATER_LEAK").id, as_user(mei)

    answer = browser.post(f"/categories/{kind}", data=kind_form(browser, kind))
    stale = browser.post(f"/categories/{kind}", data=kind_form(browser, kind, seen="x", duration_minutes="70"))
    with writing():
        visit = schedule_visit(work_order, crew=[tao], actor=ann, now=now)

    rows = db.session.scalars(select(Category).where(Category.code == "WATER_LEAK").order_by(Category.valid_from)).all()
    assert (answer.status_code, stale.status_code) == (303, 409)
    assert 'value="70"' in stale.text
    assert (visit.duration_minutes, visit.crew_size) == (55, 2)
    assert [row.valid_until for row in rows] == ([MONDAY, None] if len(rows) > 1 else [None])
    assert rows[-1].synonyms


@pytest.mark.parametrize(
    "wrong",
    [{"duration_minutes": ""}, {"duration_minutes": "0"}, {"crew_size": "5"}, {"skill": "magic"}, {"skill_level": "9"},
     {"valid_from": "2026-03-01"}],
)  # fmt: skip
def test_a_kind_of_work_always_takes_time_and_can_be_done(wrong, category, mei, as_user, now):
    kind, browser = category("WATER_LEAK").id, as_user(mei)

    assert browser.post(f"/categories/{kind}", data=kind_form(browser, kind, **wrong)).status_code == 422


def done(order, tao, ann, now, *, minutes, departed=None):
    with writing():
        visit = schedule_visit(order, crew=[tao], planned_at=now, actor=ann, now=now)
        visit.status, visit.departed_at, visit.arrived_at = VisitStatus.DONE, departed, now
        visit.ended_at = now + timedelta(minutes=minutes)
    return visit


def test_the_median_of_five_visits_stands_beside_the_default_and_can_be_taken_over(
    work_order, category, ann, tao, mei, as_user, now
):
    kind, browser = category("WATER_LEAK").id, as_user(mei)
    for minutes in (40, 41, 52, 90):
        done(work_order, tao, ann, now, minutes=minutes)
    few = browser.get(f"/categories/{kind}").text
    done(work_order, tao, ann, now, minutes=39)
    page = browser.get(f"/categories/{kind}").text

    answer = browser.post(f"/categories/{kind}/median", data={"seen": seen(page, 'class="notice line"')})

    newest = db.session.scalars(
        select(Category).where(Category.code == "WATER_LEAK").order_by(Category.valid_from.desc())
    ).first()
    assert "too few visits" in few
    assert "it took 40 min (median of 5 visits)" in page
    assert (answer.status_code, newest.duration_minutes) == (303, 40)
    assert "5 visits" in browser.get("/categories").text


# --- ways


def test_ways_are_learned_from_what_technicians_tapped(work_order, estate, category, ann, tao, now, place):
    from helpdesk.repairs.actions import open_work_order

    far = add_home(estate, 7, 1, "101")
    for day in range(5):
        begin = now - (day + 1) * DAY
        leak = category("WATER_LEAK")
        with writing():
            there = open_work_order(place=far, category=leak, urgency=leak.urgency, summary="x", actor=ann, now=now)
        first = done(work_order, tao, ann, now, minutes=20)
        second = done(there, tao, ann, now, minutes=20)
        with writing():
            for visit, at in ((first, 0), (second, 40)):
                moment = begin + timedelta(minutes=at)
                visit.planned_at, visit.arrived_at, visit.ended_at = moment, moment, moment + timedelta(minutes=20)
            second.departed_at = second.arrived_at - timedelta(seconds=200 + day)

    known = learn_ways(now)

    leg = db.session.scalars(select(Leg)).one()
    assert known == 1
    assert (leg.from_building, leg.to_building, leg.seconds, leg.samples) == (place.building_no, 7, 202, 5)
    assert travel_times(estate.id)[Mode.WALK].seconds(7, place.building_no) == 202
    with writing():
        db.session.add(TechnicianMode(estate_id=estate.id, user_id=tao.id, mode=Mode.EBIKE))
    assert learn_ways(now) == 0  # who rides says nothing of ways on foot
    assert learn_ways(now + 400 * DAY) == 0 and db.session.scalars(select(Leg)).all() == []


def test_a_technician_gets_an_e_bike_on_their_page_and_the_day_is_counted_so(estate, tao, mei, ann, as_user, now):
    browser, url = as_user(mei), f"/ways/technicians/{tao.id}?estate={estate.id}"
    page = f"/technicians/{tao.id}?estate={estate.id}"
    before = seen(browser.get(page).text, 'id="mode"')

    saved = browser.post(url, data={"mode": "ebike", "seen": before})
    late = browser.post(url, data={"mode": "walk", "seen": before})
    same = browser.post(url, data={"mode": "ebike", "seen": "ebike"})
    wrong = browser.post(url, data={"mode": "horse", "seen": "ebike"})

    assert [answer.status_code for answer in (saved, late, same, wrong)] == [303, 409, 422, 422]
    assert saved.location == page
    assert day_sheet(ann, estate.id, MONDAY).modes == {tao.id: Mode.EBIKE}
    assert "By e-bike" in as_user(ann).get(page).text and 'name="mode"' not in as_user(ann).get(page).text
    assert "By e-bike" in as_user(ann).get(f"/technicians?estate={estate.id}").text
    assert as_user(ann).post(url, data={"mode": "walk", "seen": "ebike"}).status_code == 403


def test_who_is_no_technician_here_gets_about_nowhere(ann, tao, mei, person, new_estate, as_user, now):
    other = person("Max", Role.MANAGER, at=new_estate("康宁苑"))
    body = {"mode": "ebike", "seen": "walk"}

    assert as_user(mei).post(f"/ways/technicians/{ann.id}", data=body).status_code == 404
    assert as_user(other).post(f"/ways/technicians/{tao.id}", data=body).status_code == 404


def test_buildings_are_placed_in_a_table_or_by_typing(estate, place, mei, as_user, now):
    browser = as_user(mei)
    old = seen(browser.get("/ways").text, 'id="positions"')
    table = {"east0": "0", "north0": "0", "east3": "40", "north3": "-30", "seen": old}

    codes = [
        browser.post("/ways/positions", data=table).status_code,
        browser.post("/ways/positions", data=table).status_code,
        browser.post("/ways/positions", data=table | {"north3": ""}).status_code,
        browser.post("/ways/positions/typed", data={"lines": "7, 180, 78"}).status_code,
        browser.post("/ways/positions/typed", data={"lines": "seven"}).status_code,
    ]

    rows = db.session.scalars(select(BuildingPosition).order_by(BuildingPosition.building_no)).all()
    assert codes == [303, 409, 422, 303, 422]
    assert [(row.building_no, row.east_m, row.north_m) for row in rows] == [(0, 0, 0), (3, 40, -30), (7, 180, 78)]
    assert '<circle cx="180" cy="-78"' in browser.get("/ways").text


# --- windows that residents name


def test_more_times_are_named_in_the_call_and_shown_on_the_order(estate, place, category, ann, as_user, now):
    windows = [window_value(window) for window in offered_windows(estate.id, now)]
    sent = {
        "request_key": str(uuid4()), "words": "It drips", "place_id": place.id, "category": "WATER_LEAK",
        "outcome": "repair", "visit_window": windows[0], "also": [windows[0], windows[2], windows[1]],
    }  # fmt: skip

    as_user(ann).post("/hotline/calls", data=sent)
    wrong = as_user(ann).post("/hotline/calls", data=sent | {"request_key": str(uuid4()), "also": ["tomorrow"]})

    from helpdesk.repairs.models import WorkOrder

    order = db.session.scalars(select(WorkOrder)).one()
    named = [(row.starts_at, row.ends_at) for row in order.named_windows]
    assert named == [
        (w.starts_at, w.ends_at) for w in offered_windows(estate.id, now)[1:3]
    ]  # the promised one is apart
    page = as_user(ann).get(f"/work-orders/{order.number}").text
    assert "Also at home then" in page and "noted 2 more times" in page
    assert wrong.status_code == 422


def test_whoever_dispatches_can_change_the_times_that_were_named(work_order, estate, ann, tao, as_user, now):
    windows = [window_value(window) for window in offered_windows(estate.id, now)]
    sent = {
        "request_key": str(uuid4()), "crew": tao.id, "window": windows[0], "also": windows[1:3],
        "version": work_order.version,
    }  # fmt: skip

    answer = as_user(ann).post(f"/work-orders/{work_order.number}/visits", data=sent)

    db.session.expire_all()
    assert answer.status_code == 303
    assert len(work_order.named_windows) == 2
    assert db.session.scalars(select(Visit)).one().promised_from is not None


@pytest.mark.parametrize("path", ["/technicians", "/categories", "/scheduling-rules", "/ways"])
def test_more_rows_need_no_more_queries(path, skill, estate, mei, person, as_user, count_queries, now):
    browser = as_user(mei)
    browser.get(path)
    with count_queries() as one:
        browser.get(path)
    for name in ("Li", "Ma", "Wu"):
        user = person(name, Role.TECHNICIAN)
        with writing():
            add_skill(user, Mastered(Skill.PLUMBER, Level.ALONE), estate_id=estate.id, actor=mei, now=now)
            set_hours(user, [(0, 480, 720)], valid_from=MONDAY, estate_id=estate.id, actor=mei, now=now)

    with count_queries() as four:
        browser.get(path)

    assert four.count <= one.count
