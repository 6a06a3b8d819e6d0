"""How much a browser may send: little to most addresses, a photo only where photos are taken.

The check for forged forms reads the body, so the limit is set before it.
"""

from collections.abc import Callable
from tempfile import SpooledTemporaryFile

from flask import Flask, abort, current_app, g, request

FORM_LIMIT = 64 * 1024  # bytes; 5,000 Chinese characters, as a form sends them, take 45,000
AT_ONCE = 64 * 1024


def body_limit(size: int) -> Callable:
    """Let this view's body have up to `size` bytes. Stands under `@needs`."""

    def decorator(view):
        view.body_limit = size
        return view

    return decorator


def init_app(app: Flask) -> None:
    app.before_request(_set_limit)
    app.teardown_request(lambda _fault: g.pop("laid_down").close() if "laid_down" in g else None)


def _set_limit() -> None:
    """A body over the limit is refused with 413 as soon as somebody reads it, and never read to its end; one that is
    shorter than it says was broken off on its way and is refused with 400, or half of what was typed would be kept.
    """
    view = current_app.view_functions.get(request.endpoint)
    request.max_content_length = getattr(view, "body_limit", FORM_LIMIT)
    request.environ.pop("wsgi.input_terminated", None)  # a stream ends as well where a connection broke
    if "HTTP_TRANSFER_ENCODING" in request.environ:
        _weigh(request.max_content_length)


def _weigh(limit: int) -> None:
    """A body that comes in pieces does not say how long it is, and would be cut off at the limit without a word.

    So it is laid down first, and has a length then like any other.
    """
    g.laid_down = kept = SpooledTemporaryFile(max_size=FORM_LIMIT)
    environ, size = request.environ, 0
    while piece := environ["wsgi.input"].read(AT_ONCE):
        size += len(piece)
        if size > limit:
            abort(413)
        kept.write(piece)
    kept.seek(0)
    del environ["HTTP_TRANSFER_ENCODING"]
    environ |= {"wsgi.input": kept, "CONTENT_LENGTH": str(size)}
