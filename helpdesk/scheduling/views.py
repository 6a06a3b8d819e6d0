"""The technician's pages. A button that stands under a thumb is never exchanged for another by a live change."""

from dataclasses import dataclass
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from helpdesk.accounts.limits import at_most
from helpdesk.core import clock
from helpdesk.core.access import Permission, me, needs
from helpdesk.core.body_limits import FORM_LIMIT, body_limit
from helpdesk.core.htmx import answer, wants_part
from helpdesk.core.replays import once
from helpdesk.core.transactions import writing
from helpdesk.repairs.models import PhotoStage, Visit
from helpdesk.repairs.rules import standing_of
from helpdesk.repairs.states import STILL_TO_DO, VisitStatus
from helpdesk.repairs.words import category_name
from helpdesk.scheduling.actions import add_photo, fail_visit, finish_visit, take_step
from helpdesk.scheduling.forms import PHOTO_LIMIT, FinishForm, Page, PhotoForm, SetbackForm, StepForm, result_form
from helpdesk.scheduling.photos import StoredPicture, paths, stored
from helpdesk.scheduling.queries import (
    FINISH,
    Day,
    bring_along,
    day_of,
    door_of,
    find_visit,
    get_job,
    get_photo,
    get_visit,
    last_times,
    next_late,
    still_fits,
)
from helpdesk.scheduling.rules import STEPS_LEFT, is_recent, next_step
from helpdesk.scheduling.words import place_in_words, polite_name

bp = Blueprint("scheduling", __name__)
bp.add_app_template_global(category_name)
bp.add_app_template_global(place_in_words)
bp.add_app_template_global(polite_name)
bp.add_app_template_global(standing_of)
ENDINGS = {FinishForm: finish_visit, SetbackForm: fail_visit}


@dataclass(frozen=True)
class Thumb:
    """What stands under the thumb: the next step, or the way to say that it is done; or only a way to look again."""

    page: Page
    visit: Visit | None
    look_url: str | None = None

    @property
    def step(self) -> str:
        """The step of the button, "finish" on site, "" when nothing is left to tap."""
        if self.visit is None or self.visit.status not in STILL_TO_DO:
            return ""
        return next_step(self.visit.status) or FINISH

    def form(self) -> StepForm:
        return StepForm.fresh(self.visit, step=self.step, page=self.page)


@bp.get("/jobs")
@needs(Permission.DO_VISITS)
def jobs():
    day = day_of(me(), clock.now())
    if not wants_part():
        return render_template("scheduling/jobs.html", form=None, **_day(day))
    shown, fits = _shown()
    thumb = None if fits else Thumb(Page.DAY, day.next, url_for(".jobs") if shown else None)
    changed = {"thumb": thumb, "changed": bool(shown and not fits)}
    return render_template("scheduling/_day_afresh.html", form=None, **_day(day, shown if fits else None) | changed)


@bp.get("/jobs/<number>")
@needs(Permission.DO_VISITS)
def job(number: str):
    visit = get_job(me(), number)
    if not wants_part():
        return render_template("scheduling/show.html", form=None, **_job(visit))
    fits = _shown()[1]
    thumb = None if fits else Thumb(Page.JOB, visit, url_for(".job", number=number))
    changed = {"thumb": thumb, "changed": not fits}
    return render_template("scheduling/_job_afresh.html", **_job(visit) | changed)


@bp.post("/jobs/<number>/steps")
@needs(Permission.DO_VISITS)
def step(number: str):
    form = StepForm()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _take_step(number, form))
    if form.page.data == Page.DAY:
        day = _day(day_of(me(), clock.now()))
        return answer(form, "scheduling/jobs.html", "scheduling/_day_answer.html", url=url_for(".jobs"), **day)
    return _job_again(number, form)


@bp.post("/jobs/<number>/result")
@needs(Permission.DO_VISITS)
def report(number: str):
    form = result_form()
    if form.validate():
        with form.keeping_typed(), writing():
            once(me(), form, lambda: _end(number, form))
    return _to_the_day() if form.http_status == 200 else _job_again(number, form)


@bp.post("/jobs/<number>/photos")
@needs(Permission.DO_VISITS)
@at_most("MOST_PHOTOS", a_day="MOST_PHOTOS_A_DAY")
@body_limit(PHOTO_LIMIT + FORM_LIMIT)
def add_picture(number: str):
    get_job(me(), number)  # nobody has pictures decoded for a job that is not theirs
    form = PhotoForm()
    if form.validate():
        with form.keeping_typed(), stored(form.picture, _folder()) as file, writing():
            once(me(), form, lambda: _add_photo(number, form, file))
    return _photos_again(number, form)


@bp.get("/photos/<int:photo_id>")
@needs(Permission.DO_VISITS, Permission.SEE_WORK_ORDERS)
def photo(photo_id: int):
    large, small = paths(_folder(), get_photo(me(), photo_id).file_name)
    try:
        contents = (small if request.args.get("size") == "thumb" else large).read_bytes()
    except FileNotFoundError:
        abort(404)
    return Response(contents, mimetype="image/jpeg", headers={"Content-Disposition": "inline"})


def _take_step(number: str, form: StepForm) -> int:
    visit = get_visit(me(), number, form.visit_id.data)
    take_step(visit, form.step.data, claimed_at=form.claimed_at.data, actor=me(), now=clock.now())
    return visit.id


def _end(number: str, form: FinishForm | SetbackForm) -> int:
    visit = get_visit(me(), number, form.visit_id.data)
    ENDINGS[type(form)](visit, **form.told(), claimed_at=form.claimed_at.data, actor=me(), now=clock.now())
    return visit.id


def _add_photo(number: str, form: PhotoForm, file: StoredPicture) -> int:
    visit = get_visit(me(), number, form.visit_id.data)
    return add_photo(visit, file, stage=PhotoStage(form.stage.data), actor=me(), now=clock.now()).id


def _folder() -> Path:
    return Path(current_app.config["PHOTO_FOLDER"])


def _shown() -> tuple[Visit | int, bool]:
    """The visit under the thumb of the page that asks (its id, if it is gone), and whether its button still fits."""
    visit_id = request.args.get("visit", 0, type=int)
    visit = find_visit(me(), visit_id)
    return visit or visit_id, still_fits(visit, request.args.get("step", ""))


def _day(day: Day, shown: Visit | None = None) -> dict:
    """What the page of the day needs. `shown` is the visit on the card, else the next one."""
    shown = shown or day.next
    thumb, now = Thumb(Page.DAY, shown), clock.now()
    return {
        "day": day, "shown": shown, "door": shown and door_of(shown, now), "news": day.news(shown),
        "thumb": thumb, "step": thumb.step, "now": now, "today": day.today, "changed": False,
    }  # fmt: skip


def _job(visit: Visit, form=None) -> dict:
    """What the page of one job needs. A form that was refused takes the place of its empty one."""
    now = clock.now()
    day, thumb = day_of(me(), now), Thumb(Page.JOB, visit)
    return {
        "visit": visit, "shown": visit, "door": door_of(visit, now), "last_times": last_times(visit), "now": now,
        "today": day.today, "news": day.news(visit), "thumb": thumb, "step": thumb.step,
        "later_steps": STEPS_LEFT.get(visit.status, ())[1:], "open": visit.status in STILL_TO_DO,
        "on_site": visit.status is VisitStatus.ON_SITE, "takes_photos": is_recent(visit.status, visit.ended_at, now),
        "changed": False, "bring": bring_along(visit), "next_late": next_late(visit, day, me().id, now),
        "finish_form": form if isinstance(form, FinishForm) else FinishForm.fresh(visit),
        "setback_form": form if isinstance(form, SetbackForm) else SetbackForm.fresh(visit),
        "photo_form": _photo_form(visit, form),
    }  # fmt: skip


def _photo_form(visit: Visit, form) -> PhotoForm:
    if isinstance(form, PhotoForm) and form.http_status != 200:
        return form
    on_site_and_seen = visit.status is VisitStatus.ON_SITE and visit.photos
    stage = PhotoStage.AFTER if on_site_and_seen or visit.status is VisitStatus.DONE else PhotoStage.BEFORE
    return PhotoForm.fresh(visit, stage=stage)


def _job_again(number: str, form):
    url = url_for(".job", number=number)
    page = _job(get_job(me(), number), form)
    return answer(form, "scheduling/show.html", "scheduling/_job_answer.html", url=url, **page)


def _photos_again(number: str, form: PhotoForm):
    url = url_for(".job", number=number, _anchor="photos")
    page = _job(get_job(me(), number), form)
    return answer(form, "scheduling/show.html", "scheduling/_photos.html", url=url, **page)


def _to_the_day():
    """After a job comes the next one."""
    if not wants_part():
        return redirect(url_for(".jobs"), 303)
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url_for(".jobs")
    return response
