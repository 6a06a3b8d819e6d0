"""The square code on a sheet: a short address as dots. Versions 1 to 6 in byte mode with error correction M, mask 0.

Returned as the path of an SVG, one unit a dot, with the four units of white around it that readers need.
Source: ISO/IEC 18004.
"""

# for each version: data bytes, error correction bytes a block, blocks
SIZES = {1: (16, 10, 1), 2: (28, 16, 1), 3: (44, 26, 1), 4: (64, 18, 2), 5: (86, 24, 2), 6: (108, 16, 4)}
FORMAT = 0b101010000010010  # level M and mask 0, with their own correction and mask
QUIET = 4
_EXP, _LOG = [1] * 512, [0] * 256
for _power in range(1, 512):
    _next = _EXP[_power - 1] << 1
    _EXP[_power] = _next ^ 0x11D if _next & 0x100 else _next
for _power in range(255):
    _LOG[_EXP[_power]] = _power


def path(text: str) -> tuple[str, int]:
    """The path of the dark dots, and the side of the square it lies in. ValueError for what does not fit."""
    dots = matrix(text)
    drawn = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(dots) for x, dark in enumerate(row) if dark
    )
    return drawn, len(dots) + 2 * QUIET


def matrix(text: str) -> list[list[bool]]:
    raw = text.encode()
    version = next((one for one, (size, _ec, _blocks) in SIZES.items() if len(raw) + 2 <= size), None)
    if version is None:
        raise ValueError("too long for a code")
    return _drawn(version, _codewords(raw, *SIZES[version]))


def _codewords(raw: bytes, size: int, correction: int, blocks: int) -> list[int]:
    """Data and error correction, a byte of each block in turn."""
    bits = f"0100{len(raw):08b}" + "".join(f"{byte:08b}" for byte in raw) + "0000"
    data = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    data += [(0xEC, 0x11)[at % 2] for at in range(size - len(data))]
    each = size // blocks
    pieces = [data[at * each : (at + 1) * each] for at in range(blocks)]
    checks = [_correction(piece, correction) for piece in pieces]
    return [byte for part in (pieces, checks) for column in zip(*part, strict=True) for byte in column]


def _correction(data: list[int], degree: int) -> list[int]:
    generator = [1]
    for power in range(degree):
        raised = [*generator, 0]
        for at, factor in enumerate(generator):
            raised[at + 1] ^= _times(factor, _EXP[power])
        generator = raised
    rest = [*data, *[0] * degree]
    for at in range(len(data)):
        lead = rest[at]
        for offset, factor in enumerate(generator):
            rest[at + offset] ^= _times(factor, lead)
    return rest[len(data) :]


def _times(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _drawn(version: int, codewords: list[int]) -> list[list[bool]]:
    side = 17 + 4 * version
    dots: list[list[bool | None]] = [[None] * side for _row in range(side)]
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        _eye(dots, top, left)
    if version > 1:
        for y in range(-2, 3):
            for x in range(-2, 3):
                dots[side - 7 + y][side - 7 + x] = max(abs(x), abs(y)) != 1
    for at in range(8, side - 8):
        dots[6][at] = dots[at][6] = at % 2 == 0
    _format(dots, side)
    _fill(dots, side, "".join(f"{byte:08b}" for byte in codewords))
    return [[bool(dot) for dot in row] for row in dots]


def _eye(dots, top: int, left: int) -> None:
    """One of the three corners, with the white around it."""
    for y in range(-1, 8):
        for x in range(-1, 8):
            if 0 <= top + y < len(dots) and 0 <= left + x < len(dots):
                dots[top + y][left + x] = max(abs(x - 3), abs(y - 3)) in (0, 1, 3)


def _format(dots, side: int) -> None:
    down = (*range(6), 7, 8, *range(side - 7, side))
    across = (*range(side - 1, side - 9, -1), 7, *range(5, -1, -1))
    for bit in range(15):
        dots[down[bit]][8] = dots[8][across[bit]] = bool(FORMAT >> bit & 1)
    dots[side - 8][8] = True


def _fill(dots, side: int, bits: str) -> None:
    """Two columns at a time from the right, up and down in turn; mask 0 turns every other dot over."""
    at, upward = 0, True
    for right in (*range(side - 1, 6, -2), *range(5, 0, -2)):
        for step in range(side):
            y = side - 1 - step if upward else step
            for x in (right, right - 1):
                if dots[y][x] is None:
                    dark = at < len(bits) and bits[at] == "1"
                    dots[y][x] = dark != ((x + y) % 2 == 0)
                    at += 1
        upward = not upward
