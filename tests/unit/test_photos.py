"""What is kept of a photo, and what is refused: by decoding it, never by its name."""

import struct
import threading
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from helpdesk.core.errors import Refused
from helpdesk.scheduling import photos

GPS, ORIENTATION = 0x8825, 0x0112


@pytest.fixture(autouse=True)
def words(app):
    """Refusals are said in words, which need a request."""
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def saved(image, kind="JPEG", **options):
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(size=(60, 40), mode="RGB"):
    """Red, with a blue left edge: so it can be seen which way it lies."""
    image = Image.new(mode, size, "red")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 6, size[1]), fill="blue")
    return image


def kept(raw):
    return Image.open(BytesIO(photos.decode(raw).jpeg))


def is_blue(pixel):
    return pixel[2] > 150 > pixel[0]


def png_claiming(width, height, rows=0):
    """A PNG of one bit a pixel that unpacks to nothing but white."""

    def chunk(name, contents):
        return struct.pack(">I", len(contents)) + name + contents + struct.pack(">I", zlib.crc32(name + contents))

    lines = zlib.compress(b"\0" * (rows * ((width + 7) // 8 + 1)), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def why(raw):
    with pytest.raises(Refused) as no:
        photos.decode(raw)
    assert no.value.field == "photo"
    return no.value.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_cameras_and_phones_send_is_kept_as_jpeg(kind):
    image = kept(saved(picture(), kind))

    assert (image.format, image.size, image.mode) == ("JPEG", (60, 40), "RGB")
    assert is_blue(image.getpixel((2, 20))) and not is_blue(image.getpixel((50, 20)))


@pytest.mark.parametrize(
    ("mode", "white"),
    [("L", 255), ("1", 1), ("P", None), ("RGBA", (255,) * 4), ("LA", (255, 255)), ("CMYK", (0,) * 4), ("I;16", 65_535)],
)
def test_every_kind_of_pixel_becomes_an_ordinary_one(mode, white):
    image = Image.new("L", (50, 50), 255).convert("P") if mode == "P" else Image.new(mode, (50, 50), white)
    raw = saved(image, "JPEG" if mode == "CMYK" else "PNG")

    assert kept(raw).getpixel((25, 25)) == (255, 255, 255)


def test_where_a_picture_is_transparent_there_is_white_paper():
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))

    assert kept(saved(image, "PNG")).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.proves("FI-03")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_where_and_with_what_it_was_taken_is_kept(kind):
    image = picture()
    exif = Image.Exif()
    exif[0x010F] = "CanaryCamera"
    exif.get_ifd(GPS).update({1: "N", 2: (IFDRational(32), IFDRational(1), IFDRational(2))})
    more = {"comment": b"canary", "icc_profile": b"canary" * 30} if kind == "JPEG" else {}
    raw = saved(image, kind, exif=exif, **more)

    result = photos.decode(raw)

    assert b"Canary" in raw
    for jpeg in (result.jpeg, result.thumb):
        found = Image.open(BytesIO(jpeg))
        assert not found.getexif() and set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not any(word in jpeg for word in (b"Exif", b"http://ns.adobe", b"anary", b"ICC_PROFILE"))


@pytest.mark.proves("FI-03")
@pytest.mark.parametrize(("orientation", "blue_at"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_a_photo_taken_sideways_is_turned_upright(orientation, blue_at):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = kept(saved(picture(), exif=exif))
    edges = {"left": (2, image.height // 2), "right": (image.width - 3, image.height // 2),
             "top": (image.width // 2, 2), "bottom": (image.width // 2, image.height - 3)}  # fmt: skip

    assert [edge for edge, at in edges.items() if is_blue(image.getpixel(at))] == [blue_at]
    assert image.size == ((60, 40) if orientation in (1, 3) else (40, 60))


def test_large_photos_become_smaller_and_keep_their_shape():
    result = photos.decode(saved(picture((4000, 3000))))

    assert (result.width, result.height) == (2048, 1536)
    assert Image.open(BytesIO(result.thumb)).size == (320, 240)


def test_small_photos_are_not_blown_up():
    result = photos.decode(saved(picture((60, 40))))

    assert (result.width, result.height) == (60, 40) == Image.open(BytesIO(result.thumb)).size


@pytest.mark.proves("FI-02", "FI-03")
def test_what_hangs_behind_the_picture_is_cut_off():
    raw = saved(picture()) + b"<html><script>alert(1)</script></html>PK\x03\x04"

    result = photos.decode(raw)

    assert b"script" not in result.jpeg + result.thumb and b"PK\x03\x04" not in result.jpeg + result.thumb


@pytest.mark.proves("FI-02", "PC-06")
@pytest.mark.parametrize(
    "raw",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7 not a photo",
        b"GIF89a" + b"\0" * 50,
        saved(Image.new("RGB", (5, 5)), "GIF"),
        saved(Image.new("RGB", (5, 5)), "TIFF"),
        saved(Image.new("RGB", (5, 5)), "BMP"),
        b"\xff\xd8\xff",
        b"MZ" + b"\0" * 500,
    ],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(raw):
    assert why(raw) in (
        "This is not a photo. Send a JPEG, PNG or WebP picture.",
        "This photo is damaged or arrived only in part. Take or send it again.",
    )


def test_nothing_is_no_photo():
    assert why(b"") == "Choose a photo first."


@pytest.mark.proves("FI-02")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_photo_that_arrived_only_in_part_is_refused(kind, share):
    raw = saved(Image.effect_noise((300, 300), 80).convert("RGB"), kind)

    assert "damaged" in why(raw[: int(len(raw) * share)]) or "not a photo" in why(raw[: int(len(raw) * share)])


@pytest.mark.proves("FI-02")
@pytest.mark.parametrize(
    ("width", "height"), [(30_000, 30_000), (12_001, 100), (100, 12_001), (13_000, 13_000), (9_000, 9_000)]
)
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_at_once(width, height):
    raw = png_claiming(width, height, rows=height)
    began = time.perf_counter()

    assert len(raw) < 150_000
    assert "too many pixels" in why(raw)
    assert time.perf_counter() - began < 0.5


def test_a_photo_of_thirteen_thousand_pixels_is_refused():
    assert "too many pixels" in why(saved(Image.new("L", (13_000, 10))))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_unreadable_notes_of_the_camera_do_not_lose_the_photo():
    raw = saved(picture())
    notes = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40
    raw = raw[:2] + b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes + raw[2:]

    assert kept(raw).size == (60, 40)


@pytest.mark.proves("RE-15")
def test_at_most_two_pictures_are_decoded_at_a_time(monkeypatch):
    busy, most, lock = [0], [0], threading.Lock()
    open_really = Image.open

    def counting(*args, **kwargs):
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.01)
        with lock:
            busy[0] -= 1
        return open_really(*args, **kwargs)

    monkeypatch.setattr(Image, "open", counting)
    raw = saved(picture())
    threads = [threading.Thread(target=photos.decode, args=(raw,)) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert most[0] == 2


def test_the_files_of_a_picture_nobody_wanted_are_removed(tmp_path):
    result = photos.decode(saved(picture()))

    with photos.stored(result, tmp_path) as file:
        large, small = photos.paths(tmp_path, file.name)
        assert large.read_bytes() == result.jpeg and small.read_bytes() == result.thumb
        assert large.parent.name == file.name[:2]

    assert not large.exists() and not small.exists()


def test_the_files_of_a_picture_that_is_wanted_stay_and_no_others(tmp_path):
    with photos.stored(photos.decode(saved(picture())), tmp_path) as file:
        file.wanted = True

    assert sorted(p for p in tmp_path.rglob("*") if p.is_file()) == sorted(photos.paths(tmp_path, file.name))


@pytest.mark.proves("RE-11")
def test_a_disk_that_fails_half_way_leaves_nothing(tmp_path, monkeypatch):
    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(Refused), photos.stored(photos.decode(saved(picture())), tmp_path):
        pass
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
