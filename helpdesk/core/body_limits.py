"""How much a browser may send: little to most addresses, a photo only where photos are taken.

The check for forged forms reads the body, so the limit is set before it.
"""

from collections.abc import Callable

from flask import Flask, current_app, request

FORM_LIMIT = 64 * 1024  # bytes; 5,000 Chinese characters, as a form sends them, take 45,000


def body_limit(size: int) -> Callable:
    """Let this view's body have up to `size` bytes. Stands under `@needs`."""

    def decorator(view):
        view.body_limit = size
        return view

    return decorator


def init_app(app: Flask) -> None:
    app.before_request(_set_limit)


def _set_limit() -> None:
    """A body over the limit is refused with 413 as soon as somebody reads it, and never read to its end."""
    view = current_app.view_functions.get(request.endpoint)
    request.max_content_length = getattr(view, "body_limit", FORM_LIMIT)
