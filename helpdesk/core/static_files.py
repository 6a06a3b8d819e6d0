"""Static files: one address per content, compressed once, kept by the browser for a year."""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.security import safe_join

TEXT = {".css", ".js", ".svg", ".json", ".webmanifest", ".txt"}
A_YEAR = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder)

    def address(filename: str, _root: str) -> str:
        return url_for("static", filename=filename, v=_fingerprint(folder / filename))

    kept = address if app.debug else cache(address)

    def asset(filename: str) -> str:
        """The address of a static file; it changes with the contents, so browsers never keep an old one."""
        return kept(filename, request.script_root)

    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = lambda filename: _send(folder, filename)


def _send(folder: Path, filename: str) -> Response:
    path = safe_join(str(folder), filename)
    packed = path and Path(path).suffix in TEXT and "gzip" in request.accept_encodings and Path(path).is_file()
    response = send_from_directory(folder, filename)
    if packed:
        response.close()  # the file itself is not needed
        response.direct_passthrough = False
        response.data = _gzipped(path, Path(path).stat().st_mtime_ns)
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = A_YEAR if "v" in request.args else "no-cache"
    return response


@cache
def _gzipped(path: str, _changed_at: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


def _fingerprint(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
