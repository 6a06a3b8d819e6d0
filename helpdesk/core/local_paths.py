"""Where to go next, when the address says so: only to a page of ours."""

import re

LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def local_path(asked: str | None) -> str:
    """The path if it is surely one of this site, else the home page.

    Browsers read a backslash as a slash and drop tabs and line breaks, so "/\\evil" and "/<tab>/evil" lead away;
    "/%2f/evil" is refused as well. A path has neither a second slash at its start nor any such character.
    """
    path = asked or ""
    decoded = re.sub(r"%2f|%5c", "/", path, flags=re.IGNORECASE)
    return path if LOCAL.fullmatch(path) and not decoded.startswith("//") else "/"
