"""Where to go next, when the address says so: only to a page of ours. And our pages, as they are written elsewhere."""

import re

from flask import current_app, url_for

LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def local_path(asked: str | None) -> str:
    """The path if it is surely one of this site, else the home page.

    Browsers read a backslash as a slash and drop tabs and line breaks, so "/\\evil" and "/<tab>/evil" lead away;
    "/%2f/evil" is refused as well. A path has neither a second slash at its start nor any such character.
    """
    path = asked or ""
    decoded = re.sub(r"%2f|%5c", "/", path, flags=re.IGNORECASE)
    return path if LOCAL.fullmatch(path) and not decoded.startswith("//") else "/"


def whole_address(endpoint: str, **values) -> str:
    """A page of ours as it is copied into another program or printed: under the name that people know us by.

    Without BASE_URL it is the name that this visitor typed, which is one of TRUSTED_HOSTS.
    """
    base = current_app.config["BASE_URL"]
    return f"{base.rstrip('/')}{url_for(endpoint, **values)}" if base else url_for(endpoint, **values, _external=True)
