from datetime import UTC, datetime

from helpdesk.scheduling.ical import Entry, calendar

NINE = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def entry(**changed):
    told = {
        "uid": "visit-1@x", "starts_at": NINE, "ends_at": NINE, "summary": "3 幢 2 单元 501", "description": "GD1",
        "changed_at": NINE, "sequence": 2,
    }  # fmt: skip
    return Entry(**told | changed)


def test_a_visit_is_an_event_of_the_format():
    assert calendar("Visits", [entry()]).split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//property-service-desk//visits//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:Visits", "X-WR-TIMEZONE:Asia/Shanghai", "BEGIN:VEVENT", "UID:visit-1@x",
        "DTSTAMP:20260302T013000Z", "DTSTART:20260302T013000Z", "DTEND:20260302T013000Z", "SEQUENCE:2",
        "SUMMARY:3 幢 2 单元 501", "DESCRIPTION:GD1", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_typed_words_cannot_begin_a_property():
    lines = calendar("Visits", [entry(summary="a;b,c\\d\r\nATTENDEE:x")]).split("\r\n")

    assert "SUMMARY:a\\;b\\,c\\\\d\\nATTENDEE:x" in lines
    assert not any(line.startswith("ATTENDEE") for line in lines)


def test_long_lines_are_folded_between_characters():
    lines = calendar("Visits", [entry(summary="水" * 60)]).split("\r\n")

    assert all(len(line.encode()) <= 75 for line in lines)
    start = next(number for number, line in enumerate(lines) if line.startswith("SUMMARY:"))
    folded = lines[start] + "".join(line[1:] for line in lines[start + 1 : start + 4] if line.startswith(" "))
    assert folded == "SUMMARY:" + "水" * 60
