"""Browsers and systems as codes, and PINs that anybody would try."""

import pytest

from helpdesk.accounts.rules import device_of, is_easy

AT = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) {}"


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (AT.format("Windows NT 10.0; Win64; x64", "Chrome/126.0 Safari/537.36 Edg/126.0"), ("edge", "windows")),
        (AT.format("Linux; Android 14", "Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0"), ("wechat", "android")),
        (AT.format("Linux; Android 12; HarmonyOS", "Chrome/114.0 HuaweiBrowser/14.0 Mobile"), ("huawei", "harmony")),
        (AT.format("iPhone; CPU iPhone OS 17_5 like Mac OS X", "Version/17.5 Mobile Safari/604.1"), ("safari", "ios")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", ("firefox", "linux")),
        ("<script>", ("other", "other")),
        ("", ("other", "other")),
    ],
)
def test_a_browser_is_known_by_two_words_of_ours(said, codes):
    assert device_of(said) == codes


def test_a_pin_that_anybody_would_try_is_easy():
    tried = ("0000", "1234", "654321", "4826", "1212", "135790")
    assert [pin for pin in tried if is_easy(pin)] == ["0000", "1234", "654321"]
