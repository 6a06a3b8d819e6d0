"""Every column that people fill, found in the tables themselves, and how a test writes into it."""

from sqlalchemy import Enum, String, select, text

from helpdesk.core.extensions import db
from tests.databases import ON_POSTGRES

OURS = {  # written by the program, never by a person
    "category": {"code", "group_code", "skill", "charge", "liable", "funding_source"},
    "service_level": {"applies_to"}, "user": {"password_hash"}, "work_order": {"number"}, "photo": {"file_name"},
    "call": {"request_key"}, "case": {"number"}, "handover_line": {"section", "state", "path", "urgency"},
    "register_upload": {"file_key", "suffix"}, "waiver_ground": {"code"}, "waiver_act": {"shown_hash"},
    "waiver_application": {"number", "ground_code"}, "waiver_budget": {"ground_code"}, "look": {"address"},
    "verification_sheet": {"number"}, "sealing_key": {"key_id"}, "waiver_scan": {"file_name", "key_id"},
    "escalation_policy": {"posts"},
}  # fmt: skip
NEVER_SHOWN = {
    "event", "request", "session", "throttle", "search_key", "first_administrator_link", "recovery_code",
    "sign_in_step", "known_address",
}  # fmt: skip
COMES_WITH = {  # words that are never there without their time
    ("case", "reply_text"): "replied_at", ("case", "return_reason"): "returned_at",
    ("quote", "accepted_by"): "accepted_at",
}  # fmt: skip
KEPT = (  # never changed once they are written
    "look", "waiver_act", "waiver_ground", "one_off_waiver", "charge", "adjustment", "write_off", "payment", "hand_in",
    "day_closing",
)  # fmt: skip


def typed_columns():
    for table in db.metadata.sorted_tables:
        if table.name not in NEVER_SHOWN:
            for column in table.columns:
                words = isinstance(column.type, String) and not isinstance(column.type, Enum)
                if words and column.name not in OURS.get(table.name, ()):
                    yield table, column


def let_words_in() -> None:
    """Take the guards off what is never changed: here, words stand in it as if they had been written so."""
    if ON_POSTGRES:
        for name in KEPT:
            db.session.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        return
    for name, table in db.session.execute(
        text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    ).all():
        if table in KEPT:
            db.session.execute(text(f"DROP TRIGGER {name}"))


def rows_of(table, column) -> list[int]:
    """The rows in which there can be words."""
    (key,) = table.primary_key.columns
    time = COMES_WITH.get((table.name, column.name))
    return list(db.session.scalars(select(key).where(table.c[time].is_not(None)) if time else select(key)))
