"""The square code on a sheet or a screen: an address as dots."""

import segno

QUIET = 4  # white around it, in dots, that readers need


def path(text: str) -> tuple[str, int]:
    """The path of the dark dots for an SVG, one unit a dot, and the side of the square it lies in."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=QUIET))
    drawn = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return drawn, len(rows)
