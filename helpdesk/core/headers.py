"""What every answer tells the browser: pages, parts, errors and downloads alike."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

CSP = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
    "connect-src 'self'", "font-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    "object-src 'none'", "manifest-src 'self'", "worker-src 'self'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Server": "helpdesk",
}
HSTS = "max-age=31536000; includeSubDomains"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def init_app(app: Flask) -> None:
    if app.config["PROXY_COUNT"]:  # what a proxy says of the visitor is believed only from as many as we were told of
        count = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_nul)

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers.update(HEADERS)
        if app.config["HTTPS"]:
            response.headers["Strict-Transport-Security"] = HSTS
        if "Cache-Control" not in response.headers or request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        response.vary.add("HX-Request")
        return response


def _refuse_other_sites() -> None:
    """A change asked for by a page of another site is refused before any view; the token is the second lock.

    Browsers say so themselves; older ones at least name the site (`Origin`), which must be ours.
    """
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin", request.host_url.rstrip("/"))
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") or urlsplit(origin).netloc != request.host:
        abort(400)


def _refuse_nul() -> None:
    """No database keeps NUL; in an address it is never typed by a person."""
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        abort(400)
