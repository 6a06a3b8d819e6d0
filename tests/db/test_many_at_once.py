"""Eight people at work at the same time, while somebody reads for long and a backup is made: nobody is turned away."""

import threading
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from helpdesk.audit.models import Event
from helpdesk.audit.queries import verify_chain
from helpdesk.config import sqlite
from helpdesk.core.extensions import db
from helpdesk.hotline.models import Call
from tests.conftest import HTMX
from tests.databases import ON_POSTGRES

PEOPLE, EACH = 8, 3
PAGES = ("/hotline", "/work-orders", "/search?q=3-2", "/callbacks")


@pytest.mark.proves("RE-02", "RE-04")
def test_nobody_is_told_that_the_database_is_locked(app, ann, place, as_user, now, tmp_path):
    browsers, answers, done = [as_user(ann) for _ in range(PEOPLE)], [], threading.Event()
    place_id, file, looked = place.id, db.engine.url.database, []
    db.session.remove()

    def work(browser, turn):
        with app.app_context():
            for at in range(EACH):
                key = str(uuid4())
                call = {"request_key": key, "words": "Leak", "version": "0", "outcome": "repair",
                        "place_id": place_id, "category": "WATER_LEAK"}  # fmt: skip
                draft = {"words": "Le", "channel": "mobile", "kept": ""}
                answers.append(browser.post(f"/hotline/quick/drafts/{uuid4()}", data=draft, headers=HTMX).status_code)
                answers.append(browser.post("/hotline/calls", data=call).status_code)
                answers.append(browser.get(PAGES[(at + turn) % len(PAGES)]).status_code)

    def read_for_long():
        with app.app_context():
            looked.append(db.session.scalar(select(func.count(Call.id))))
            done.wait(30)
            looked.append(db.session.scalar(select(func.count(Call.id))))
            db.session.remove()

    def back_up():
        while not ON_POSTGRES and not done.wait(0.05):
            with closing(sqlite.connect(file)) as beside:
                beside.execute("VACUUM INTO ?", (str(tmp_path / f"{uuid4()}.db"),))

    threads = [threading.Thread(target=work, args=(browser, turn)) for turn, browser in enumerate(browsers)]
    beside = [threading.Thread(target=read_for_long), threading.Thread(target=back_up)]
    [thread.start() for thread in (*beside, *threads)]
    [thread.join() for thread in threads]
    done.set()
    [thread.join() for thread in beside]

    assert (
        len(answers) == 3 * PEOPLE * EACH and {status for status in answers if status not in (200, 204, 303)} == set()
    )
    assert looked == [0, 0]  # a snapshot stays what it was
    saved = db.session.scalars(select(Call).where(Call.saved_at.is_not(None))).all()
    assert len(saved) == PEOPLE * EACH and db.session.scalar(select(func.count(Call.id))) == 2 * PEOPLE * EACH
    numbers = sorted(int(number[-4:]) for number in db.session.scalars(text("SELECT number FROM work_order")))
    assert numbers == list(range(1, PEOPLE * EACH + 1))
    assert verify_chain() is None
    assert db.session.scalar(select(func.count(Event.seq))) == db.session.scalar(select(func.max(Event.seq)))
