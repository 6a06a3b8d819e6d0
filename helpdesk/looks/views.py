"""The page that says to everybody who can see what."""

from flask import Blueprint, render_template

from helpdesk.core.access import Guard, Role, needs
from helpdesk.looks.who_sees_what import KINDS, MASKS, NOTINGS

bp = Blueprint("looks", __name__)


@bp.get("/who-sees-what")
@needs(Guard.SIGNED_IN)
def who_sees_what():
    return render_template("looks/who_sees_what.html", kinds=KINDS, roles=list(Role), masks=MASKS, notings=NOTINGS)
