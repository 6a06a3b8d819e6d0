"""Photos: decoded, turned upright and written anew, so that nothing but the picture is kept.

What a camera or an attacker put beside the pixels (places, comments, scripts, other files) never reaches the
disk. Decoding holds no lock of the database; at most two pictures are decoded at a time.
"""

import logging
import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore

from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from helpdesk.core import disk
from helpdesk.core.errors import Refused

log = logging.getLogger(__name__)
FORMATS = ["JPEG", "PNG", "WEBP"]
with suppress(ImportError):  # an optional extra: iPhones hand over JPEG by themselves
    import pi_heif

    pi_heif.register_heif_opener()
    FORMATS.append("HEIF")

LONGEST_SIDE = 12_000  # pixels
MOST_PIXELS = 80_000_000  # a JPEG is decoded at a fraction of its size; anything else needs 8 bytes a pixel
MOST_PIXELS_OF_OTHERS = 25_000_000
KEPT_SIDE, THUMB_SIDE = 2048, 320
QUALITY = 82
WAIT_S = 20
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
_places = BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: two JPEG files' contents. Width and height are those of the large one, in pixels."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int


@dataclass
class StoredPicture:
    """The files of a picture. They go again unless an act has put the name into the database."""

    name: str
    picture: Picture
    wanted: bool = False


def decode(raw: bytes) -> Picture:
    """The picture in an upload. Raises Refused, with words about what is wrong with it."""
    if not raw:
        raise Refused(_("Choose a photo first."), field="photo")
    if not _places.acquire(timeout=WAIT_S):
        raise Refused(_("The server is busy with other photos. Try again in a moment."), field="photo")
    try:
        return _decoded(raw)
    finally:
        _places.release()


def _decoded(raw: bytes) -> Picture:
    try:
        image = Image.open(BytesIO(raw), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refused(_("This is not a photo. Send a JPEG, PNG or WebP picture."), field="photo") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except Exception as fault:  # a decoder stumbles over a broken file in many ways, none of them is ours
        raise _broken(fault) from None
    most = MOST_PIXELS if image.format in ("JPEG", "MPO") else MOST_PIXELS_OF_OTHERS
    if max(image.size) > LONGEST_SIDE or image.width * image.height > most:
        raise _too_large()
    try:
        return _written_anew(image)
    except Exception as fault:
        raise _broken(fault) from None


def _written_anew(image: Image.Image) -> Picture:
    image.draft("RGB", (KEPT_SIDE * 2, KEPT_SIDE * 2))  # lets a JPEG be decoded smaller, which saves memory
    image.load()
    image.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    with suppress(Exception):  # unreadable notes of the camera are no reason to lose the photo
        image = ImageOps.exif_transpose(image)
    clean = _only_pixels(image)
    small = clean.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return Picture(_jpeg(clean), _jpeg(small), *clean.size)


def _only_pixels(image: Image.Image) -> Image.Image:
    """On white paper where the picture is transparent; nothing of the file but its pixels."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    clean = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        clean.paste(image, mask=image)
    else:
        clean.paste(image.convert("RGB"))
    return clean


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


def too_large(limit: int) -> str:
    """What is said of a file over `limit` bytes."""
    return _("This photo is larger than %(limit)d MB. Take it again with a smaller setting.", limit=limit >> 20)


def _too_large() -> Refused:
    return Refused(
        _("This picture has too many pixels. Take it again with the ordinary setting of the camera."), field="photo"
    )


def _broken(fault: Exception) -> Refused:
    log.info("photo refused: %s", type(fault).__name__)
    return Refused(_("This photo is damaged or arrived only in part. Take or send it again."), field="photo")


@contextmanager
def stored(picture: Picture, folder: Path) -> Iterator[StoredPicture]:
    """Put a picture's files on the disk, under a random name, before the transaction that names them.

    Goes around `writing()`: if that fails, or nobody wanted the picture, the files are removed again.
    Raises Refused if the disk has no room.
    """
    name = f"{secrets.token_hex(16)}.jpg"
    kept = StoredPicture(name, picture)
    try:
        _put(kept, folder)
        yield kept
    except BaseException:
        kept.wanted = False
        raise
    finally:
        if not kept.wanted:
            for path in paths(folder, name):
                path.unlink(missing_ok=True)


def _put(kept: StoredPicture, folder: Path) -> None:
    large, thumb = paths(folder, kept.name)
    try:
        make_room(large)
        for path, contents in ((thumb, kept.picture.thumb), (large, kept.picture.jpeg)):
            write_whole(path, contents)
    except OSError:
        raise no_room() from None


def make_room(path: Path) -> None:
    """The folder of a file that is about to be written. OSError if the disk is nearly full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not disk.has_room(path.parent):
        raise OSError("disk nearly full")


def no_room() -> Refused:
    """Why a photo could not be stored, in the words for whoever sent it; called where the OSError is handled."""
    log.exception("photo not stored")
    return Refused(
        _("There is no room for photos on the server. Tell your administrator; the rest can be saved."), field="photo"
    )


def write_whole(path: Path, contents: bytes) -> None:
    """A file is there whole or not at all: written beside its name, forced to the disk, then renamed."""
    part = path.with_suffix(".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # the new name itself must survive a power cut
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def paths(folder: Path, name: str) -> tuple[Path, Path]:
    """Where a photo and its small copy lie."""
    large = Path(folder) / name[:2] / name
    return large, large.with_name(f"{large.stem}-small.jpg")
