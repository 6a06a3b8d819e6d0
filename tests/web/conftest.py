"""The world of the page tests: built once in each process, copied then."""

import shutil
from copy import deepcopy
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import User
from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from tests.web.world import World, build

WORLD = "world"
OF_ITS_OWN = {"stairwell", "place", "work_order", "ann", "tao", "bo", "mei", "ada"}  # rows that a world is built around
_built: dict = {}  # what this process knows of the world it built first: ids, users and files


@pytest.fixture
def world(app, blank, estate, person, now, tmp_path, tmp_path_factory, monkeypatch, request):
    """The estate with something of everything: what is typed into it is harmless.

    It takes half a second to build, so each process builds it once and copies it then, for tests that begin with it.
    """
    monkeypatch.setitem(app.config, "PHOTO_FOLDER", str(tmp_path / "photos"))
    monkeypatch.setitem(app.config, "SCAN_FOLDER", str(tmp_path / "scans"))
    copies, begins = blank[1], not OF_ITS_OWN & {*request.fixturenames} and not db.session.scalar(select(User.id))
    if begins and copies.has(WORLD):
        return _copied(copies, tmp_path)
    world = build(*(request.getfixturevalue(name) for name in ("stairwell", "place", "category", "add")),
                  estate=estate, person=person, now=now, tmp_path=tmp_path)  # fmt: skip
    if begins:
        _keep(world, copies, tmp_path, tmp_path_factory.mktemp("world"))
    return world


def _keep(world: World, copies, files: Path, kept: Path) -> None:
    users = {role: user.id for role, user in world.users.items()}
    _built.update(ids=deepcopy(world.ids), users=users, files=kept)
    shutil.copytree(files, kept, dirs_exist_ok=True)
    db.session.rollback()
    db.engine.dispose()
    copies.keep(WORLD)
    world.users = _users()


def _copied(copies, files: Path) -> World:
    db.session.rollback()
    db.engine.dispose()
    copies.renew(WORLD)
    shutil.copytree(_built["files"], files, dirs_exist_ok=True)
    return World(_users(), deepcopy(_built["ids"]))


def _users() -> dict[Role, User]:
    return {role: db.session.get_one(User, user_id) for role, user_id in _built["users"].items()}
