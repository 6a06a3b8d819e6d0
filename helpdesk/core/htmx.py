"""Answers for htmx and for plain browsers."""

from flask import make_response, redirect, render_template, request


def wants_part() -> bool:
    """True when htmx will swap the answer into a page that is already there."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and "HX-History-Restore-Request" not in headers
        and "HX-Boosted" not in headers
    )


def page_or_part(page: str, part: str, status: int = 200, **context):
    response = make_response(render_template(part if wants_part() else page, **context), status)
    response.vary.add("HX-Request")
    return response


def answer(form, page: str, part: str, *, url: str, **context):
    """After a form: the part for htmx; without scripts, a redirect (303) or the page that says why not."""
    if form.http_status == 200 and not wants_part():
        return redirect(url, 303)
    return page_or_part(page, part, form.http_status, form=form, **context)


def go_on(url: str):
    """After a form whose page is left: the next page, with scripts and without."""
    return ("", 204, {"HX-Redirect": url}) if wants_part() else redirect(url, 303)
