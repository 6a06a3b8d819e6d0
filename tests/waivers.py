"""Applications for tests: a home, somebody who lives there, and what they ask for."""

from io import BytesIO

from PIL import Image

from helpdesk.core import clock
from helpdesk.core.extensions import db
from helpdesk.core.transactions import writing
from helpdesk.scheduling import photos
from helpdesk.waivers.acts import act_on
from helpdesk.waivers.applying import Told, begin_application, submit, write_draft
from helpdesk.waivers.codes import ActKind, Channel, ConsentHow, ProofType
from helpdesk.waivers.facts import facts_of
from helpdesk.waivers.models import WaiverApplication, WaiverPolicy
from helpdesk.waivers.scans import add_scan, stored
from helpdesk.waivers.states import WaiverStatus
from tests.households import add_home, add_person

PRICE = 3_500  # 0.35 yuan a square metre and month, in 0.01 fen
PROVED = {"proof_type": ProofType.CERTIFICATE, "proof_issuer": "民政局", "proof_tail": "7301"}


def a_home(estate, room="501", *, area=11_230, use="own", name="王桂英", birth_year=1940, unit=2):
    """A dwelling of 112.30 m² with somebody in it."""
    home = add_home(estate, 3, unit, room, area=area, unit_price=PRICE, use=use)
    return home, add_person(estate, name, home, birth_year=birth_year)


def told(person, ground="LOW_INCOME_EDGE", **more) -> Told:
    return Told(**{"beneficiary": person, "ground_code": ground, "consent_how": ConsentHow.SPOKEN} | PROVED | more)


def applied(home, person, *, by, now, ground="LOW_INCOME_EDGE", **more) -> WaiverApplication:
    """An application as it stands when it waits for a decision, entered by `by`."""
    with writing():
        application = begin_application(place=home, channel=Channel.DESK, actor=by, now=now)
        write_draft(application, told(person, ground, **more), actor=by, now=now)
        submit(application, actor=by, now=now)
    return db.session.get_one(WaiverApplication, application.id)


def verified(application, *, by, now) -> None:
    with writing():
        row = db.session.get_one(WaiverApplication, application.id)
        if row.status is WaiverStatus.SUBMITTED:
            act_on(row, ActKind.VERIFICATION_ASKED, to=WaiverStatus.VERIFYING, actor=by, now=now)
            act_on(row, ActKind.VERIFIED, to=WaiverStatus.VERIFIED, actor=by, now=now)


def seen(application, now) -> str:
    return facts_of(application, clock.local_date(now)).digest


def keep_scans(estate) -> None:
    """Switch on, for every edition, that photos of papers are kept."""
    with writing():
        db.session.query(WaiverPolicy).filter_by(estate_id=estate.id).update({"keeps_scans": True})


def a_paper() -> bytes:
    file = BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def scanned(application, *, by, now) -> int:
    """Add a page; returns its id."""
    picture = photos.decode(a_paper())
    with stored(application.id, picture) as file, writing():
        return add_scan(db.session.get_one(WaiverApplication, application.id), file, actor=by, now=now).id
