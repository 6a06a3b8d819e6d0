"""Which of several estates a page is about: the one in its address, else the one chosen last in this browser.

An address always wins, so links can be shared. The choice is kept in a cookie that ends with the browser; it is only a
wish: whatever it says, a page shows an estate in which this person holds the page's permission.
"""

from flask import Flask, Response, abort, current_app, g, request

from helpdesk.core.access import Permission, estates, me
from helpdesk.core.ids import read_id

COOKIE = "estate"


def estate_here(*permissions: Permission) -> int:
    """The estate of this page; 404 if the address asks for one where this user holds none of the permissions."""
    mine = sorted(frozenset().union(*(estates(me(), permission) for permission in permissions)))
    asked = _number(request.args.get("estate", ""))
    if not mine or (asked is not None and asked not in mine):
        abort(404)
    if asked is not None:
        g.estate_to_keep = asked
    kept = _number(request.cookies.get(COOKIE, ""))
    g.estate_choice = mine, next(one for one in (asked, kept, mine[0]) if one in mine)
    return g.estate_choice[1]


def liked_estate(mine: list[int]) -> int:
    """The estate of what stands beside every page, such as who is on duty: the chosen one, if it is one of these."""
    asked = _number(request.args.get("estate", ""))
    kept = _number(request.cookies.get(COOKIE, ""))
    return next(one for one in (asked, kept, min(mine)) if one in mine)


def _number(typed: str) -> int | None:
    """None for nothing; 0, which no estate is, for nonsense."""
    if not typed:
        return None
    return read_id(typed) or 0


def _keep(response: Response) -> Response:
    if "estate_to_keep" in g and response.status_code < 400:
        kept = str(g.estate_to_keep)
        if request.cookies.get(COOKIE) != kept:
            secure = current_app.config["HTTPS"]
            response.set_cookie(COOKIE, kept, path="/", httponly=True, samesite="Lax", secure=secure)
    return response


def init_app(app: Flask) -> None:
    app.after_request(_keep)
