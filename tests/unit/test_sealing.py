"""What is sealed: opened only by our keys, in its own place; and what is refused as a key."""

import base64
import os

import pytest

from helpdesk.config import WrongSetting
from helpdesk.core import sealing
from helpdesk.core.sealing import Key, Ring, SealBroken, parsed, seal, unseal, written

PLACE = "waiver_scan:7:file"
ONE, OTHER = Key("aaaa1111", bytes(range(32))), Key("bbbb2222", bytes(range(1, 33)))


@pytest.fixture
def use(app):
    """Let the application know these keys, the newest first."""
    before = app.extensions["sealing"]

    def _use(*keys):
        app.extensions["sealing"] = Ring(written(keys), before.file)

    yield _use
    app.extensions["sealing"] = before


@pytest.mark.proves("PD-01")
def test_only_its_own_place_opens_it(use):
    use(ONE)
    first, second = seal(b"canary", place=PLACE), seal(b"canary", place=PLACE)

    assert unseal(first, place=PLACE) == unseal(second, place=PLACE) == b"canary"
    assert first != second and b"canary" not in first  # a nonce of its own each time
    for elsewhere in ("waiver_scan:8:file", "waiver_scan:7:thumb", "second_factor:7:file", ""):
        with pytest.raises(SealBroken):
            unseal(first, place=elsewhere)


@pytest.mark.proves("PD-01")
def test_what_was_changed_or_cut_off_does_not_open(use):
    use(ONE)
    whole = seal(b"canary", place=PLACE)

    for at in range(len(whole)):
        with pytest.raises(SealBroken):
            unseal(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], place=PLACE)
        with pytest.raises(SealBroken):
            unseal(whole[:at], place=PLACE)


@pytest.mark.proves("PD-01")
def test_a_wrong_key_is_an_error_and_never_nothing(use):
    use(ONE)
    kept = seal(b"canary", place=PLACE)

    for keys in ((OTHER,), (Key(ONE.id, OTHER.secret),), (OTHER, Key(ONE.id, None))):
        use(*keys)
        with pytest.raises(SealBroken):
            unseal(kept, place=PLACE)


@pytest.mark.proves("PD-02")
def test_the_newest_key_seals_and_older_ones_still_open(use):
    use(ONE)
    old = seal(b"old", place=PLACE)

    use(OTHER, ONE)

    assert unseal(old, place=PLACE) == b"old"
    assert sealing.key_id_of(seal(b"new", place=PLACE)) == OTHER.id


@pytest.mark.proves("PD-13")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("aaaa1111", "too short or an example"),
        ("aaaa1111:short", "too short or an example"),
        (f"aaaa1111:{base64.b64encode(bytes(32)).decode()}", "too short or an example"),
        (f"aaaa1111:{base64.b64encode(b'changeme' * 4).decode()}", "too short or an example"),
        (f"aaaa1111:{base64.b64encode(bytes(range(31))).decode()}", "too short or an example"),
        (f"key:{base64.b64encode(bytes(range(32))).decode()}", "id:key"),
        (f"{ONE.written},{OTHER.written.replace('bbbb2222', 'aaaa1111')}", "two of the keys are the same"),
        (f"{ONE.written},{ONE.written.replace('aaaa1111', 'bbbb2222')}", "two of the keys are the same"),
    ],
)
def test_a_key_that_protects_nothing_is_refused(text, says):
    with pytest.raises(WrongSetting, match=says):
        parsed(text)


def test_keys_are_read_as_they_were_written():
    keys = (sealing.new_key(), ONE, Key("cccc3333", None))

    assert parsed(written(keys)) == keys


@pytest.mark.proves("PD-02")
def test_a_key_added_to_the_file_is_known_at_once(tmp_path):
    file = tmp_path / "secrets"
    ring = Ring("", file)
    assert ring.keys == ()
    for keys in ((ONE,), (OTHER, ONE)):
        part = tmp_path / "secrets.part"
        part.write_text(f"DATA_KEY={written(keys)}\n")
        part.chmod(0o600)
        os.replace(part, file)
        assert ring.keys == keys and ring.newest == keys[0]


@pytest.mark.proves("PD-13")
@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_keys_that_others_can_read_are_refused(tmp_path):
    file = tmp_path / "secrets"
    file.write_text(f"DATA_KEY={ONE.written}\n")
    file.chmod(0o640)

    with pytest.raises(WrongSetting, match="chmod 600"):
        Ring("", file)
