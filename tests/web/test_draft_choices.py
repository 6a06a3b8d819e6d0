"""A draft keeps the whole form: what was decided so far, and a place that was chosen before a word was said."""

from datetime import timedelta
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from sqlalchemy import select

from helpdesk.core.extensions import db
from helpdesk.hotline import rules
from helpdesk.hotline.models import Call, Outcome
from tests.conftest import HTMX

URL = "/hotline/calls"
DECIDED = {
    "complaint": {"outcome": "complaint", "is_complex": "y", "ring_back_at": "10:3"},
    "repair": {
        "outcome": "repair", "visit_window": "2026-03-03T08:30/10:00", "other_home": "3-2-601",
        "also": ["2026-03-03T14:00/15:30", "2026-03-04T08:30/10:00"],
        "other_part": "affected", "ring_back": "2026-03-03T09:00",
    },
    "chase": {"outcome": "chase", "chased_number": "0007"},
    "help": {"outcome": "help", "goes_on": "case", "answer": "邻居去看了"},
    "praise": {"outcome": "praise", "praised": "technicians"},
}  # fmt: skip


class AsPosted(HTMLParser):
    """What a browser would send of the form of a call."""

    def __init__(self, page: str):
        super().__init__()
        self.fields, self._select, self._text = {}, "", ""
        self.feed(page.partition('<form id="call-form"')[2].partition("</form>")[0])

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag == "select":
            self._select = of["name"]
        elif tag == "option" and "selected" in of:
            self.fields[self._select] = of["value"]
        elif tag == "textarea":
            self._text = of["name"]
        elif tag == "input" and of.get("name") == "also":  # several may be ticked
            self.fields.setdefault("also", []).extend([of["value"]] if "checked" in of else [])
        elif tag == "input" and of.get("name") and (of.get("type") not in ("radio", "checkbox") or "checked" in of):
            self.fields[of["name"]] = of.get("value", "")

    def handle_data(self, data):
        if self._text:
            self.fields[self._text] = data

    def handle_endtag(self, tag):
        self._text = "" if tag == "textarea" else self._text


def calls() -> list[Call]:
    return list(db.session.scalars(select(Call).order_by(Call.id)))


def draft(browser, key, **typed):
    return browser.post(f"/hotline/drafts/{key}", data={"version": "0", **typed}, headers=HTMX)


@pytest.mark.parametrize("outcome", DECIDED)
def test_a_draft_keeps_what_was_decided_and_shows_it_again(outcome, ann, place, as_user, now):
    browser, key, decided = as_user(ann), str(uuid4()), DECIDED[outcome]

    answer = draft(browser, key, words="水管爆了", place_id=place.id, **decided)

    shown = AsPosted(browser.get(f"/hotline/calls/{calls()[0].id}").text).fields
    assert answer.status_code == 204
    assert {name: shown.get(name) for name in decided} == decided
    assert draft(browser, key, **shown).status_code == 204  # the window that took it up goes on


def test_what_belongs_to_another_outcome_was_not_decided(ann, as_user, now):
    draft(as_user(ann), uuid4(), words="水管爆了", outcome="repair", praised="everybody", goes_on="nothing_more")

    assert calls()[0].choices.values == {"outcome": "repair"}


def test_two_windows_do_not_overwrite_what_the_other_decided(ann, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    draft(browser, key, words="水管", kept="")
    seen = rules.digest_of(calls()[0])
    draft(browser, key, words="水管", kept=seen, outcome="complaint")

    late = draft(browser, key, words="水管", kept=seen, outcome="enquiry")

    db.session.rollback()
    assert (late.status_code, calls()[0].choices.values) == (409, {"outcome": "complaint"})


def test_a_draft_that_is_sent_again_because_its_answer_was_lost_is_no_conflict(ann, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    draft(browser, key, words="水管", kept="")

    assert draft(browser, key, words="水管", kept="").status_code == 204


def test_what_was_decided_stays_while_a_call_has_no_outcome_and_goes_with_it(ann, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    typed = {"request_key": key, "words": "谢谢师傅", "version": "0", "visit_window": "at_once"}
    browser.post(URL, data=typed, headers=HTMX)
    kept, version = calls()[0].choices.values, calls()[0].version
    again = {"request_key": str(uuid4()), "call_key": key, "version": str(version), "words": "谢谢师傅"}

    browser.post(URL, data=again | {"outcome": "enquiry"}, headers=HTMX)

    db.session.rollback()
    assert (kept, calls()[0].outcome, calls()[0].choices) == ({"visit_window": "at_once"}, Outcome.ENQUIRY, None)


def test_a_place_chosen_alone_is_kept_for_whoever_chose_it(ann, place, as_user, now):
    browser, key = as_user(ann), str(uuid4())

    draft(browser, key, caller_number="3-2-501", place_id=place.id)

    page = browser.get("/hotline").text
    assert [(call.place_id, call.caller_number, call.words) for call in calls()] == [(place.id, "", "")]
    assert f'/hotline/calls/{calls()[0].id}"' in page.partition('class="tabs"')[2].partition("</nav>")[0]
    assert f'id="call-{calls()[0].id}"' not in page  # nobody's unfinished call
    assert AsPosted(browser.get(f"/hotline/calls/{calls()[0].id}").text).fields["place_id"] == str(place.id)


def test_a_place_that_is_cleared_again_is_no_draft(ann, place, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    draft(browser, key, place_id=place.id)

    draft(browser, key)

    db.session.rollback()
    assert calls() == []


def test_what_was_only_looked_up_is_forgotten_with_a_later_call(ann, place, as_user, now, set_now):
    browser = as_user(ann)
    draft(browser, uuid4(), place_id=place.id)
    set_now(now + timedelta(minutes=11))

    draft(browser, uuid4(), words="灯坏了")

    db.session.rollback()
    assert [call.words for call in calls()] == ["灯坏了"]


def test_a_call_that_is_a_place_only_is_not_saved(ann, place, as_user, now):
    answer = as_user(ann).post(URL, data={"request_key": str(uuid4()), "place_id": place.id}, headers=HTMX)

    assert (answer.status_code, "Write down the number" in answer.text) == (422, True)


def test_a_praise_is_proposed_for_whom_the_words_name_and_a_choice_by_hand_stays(ann, tao, place, as_user, now):
    browser, key = as_user(ann), str(uuid4())
    draft(browser, key, words=f"谢谢{tao.name}", place_id=place.id, outcome="praise")
    asked = f"/hotline/drafts/{key}/suggestion?outcome="

    proposed, other = (browser.get(asked + outcome, headers=HTMX).text for outcome in ("praise", "enquiry"))
    draft(browser, key, words=f"谢谢{tao.name}", place_id=place.id, outcome="praise", praised="operators")

    assert f'data-praised="u{tao.id}"' in proposed and 'data-praised=""' in other
    assert AsPosted(browser.get(f"/hotline/calls/{calls()[0].id}").text).fields["praised"] == "operators"
