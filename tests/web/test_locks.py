"""Nobody waits for slow work: while a password is hashed or a photo decoded, others can write."""

from io import BytesIO
from uuid import uuid4

import pytest
from flask import request
from sqlalchemy import text

from helpdesk.accounts import passwords
from helpdesk.core.extensions import db
from helpdesk.core.transactions import WRITE, writing
from helpdesk.repairs.visit_actions import schedule_visit
from helpdesk.scheduling import photos
from tests.conftest import HASH, PASSWORD
from tests.web.world_work import a_photo

WEAK = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def watched(app, monkeypatch):
    """Wraps slow functions: each notes in which view it was called, and takes the write lock beside it for a moment."""
    called = []

    def watch(module, name):
        slow = getattr(module, name)

        def watching(*args, **kwargs):
            assert not db.session.info.get("writing")
            with db.engine.connect().execution_options(writes=WRITE) as beside:
                beside.execute(text("SELECT 1"))
                beside.rollback()
            called.append((request.endpoint, name))
            return slow(*args, **kwargs)

        monkeypatch.setattr(module, name, watching)

    watch(passwords, "hash_password")
    watch(passwords, "matches")
    watch(photos, "decode")
    return called


def new_account(**more):
    typed = {"name": "王丽", "username": "wangli", "password": PASSWORD, "own_password": PASSWORD}
    return {"request_key": str(uuid4()), **typed, **more}


def test_no_lock_is_held_while_a_password_is_hashed(app, ann, ada, as_user, watched, now):
    with writing():
        ann.password_hash = WEAK  # renewed at the next sign-in
    visitor, browser = app.test_client(), as_user(ada)
    visitor.token = visitor.get("/sign-in/token").text

    visitor.post("/sign-in", data={"username": ann.username, "password": PASSWORD})
    browser.post("/admin/users", data=new_account(roles="operator"))
    browser.post(f"/admin/users/{ann.id}/password", data={"password": PASSWORD + "!"})

    assert watched == [
        ("accounts.enter", "matches"), ("accounts.enter", "hash_password"), ("admin.add", "hash_password"),
        ("admin.add", "matches"), ("admin.new_password", "hash_password"),
    ]  # fmt: skip
    assert ann.password_hash not in (WEAK, HASH)


def test_no_lock_is_held_while_a_photo_is_decoded(app, work_order, tao, ann, as_user, watched, now, tmp_path):
    app.config["PHOTO_FOLDER"] = str(tmp_path)
    with writing():
        visit = schedule_visit(work_order, crew=[tao], actor=ann, now=now)
    photo = {"stage": "before", "photo": (BytesIO(a_photo()), "a.jpg")}

    as_user(tao).post(
        f"/jobs/{work_order.number}/photos", data={"request_key": str(uuid4()), "visit_id": visit.id, **photo}
    )

    assert watched == [("scheduling.add_picture", "decode")]
    assert len(visit.photos) == 1
