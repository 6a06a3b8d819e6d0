"""Recognise dangers by themselves, in estates that exist already

Fire, electric shock, somebody hurt, at an edge or stuck had no category of their own: a fire was read back as "other", and a fall as an elder who does not answer. And "trapped in the
lift" was never offered, because the lifts were hidden. Each estate gets the five new categories, from when its list began, unless it has one of that code. Of the old ones, a row is
changed only where it still reads as it was shipped: what the company edited stays.
"""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"
SHIPPED = json.loads(Path(__file__).with_name("0015_dangers.json").read_text(encoding="utf-8"))
JSON_FIELDS = ("synonyms", "raises")
NAMES = (
    "estate_id", "code", "group_code", "group_zh", "group_en", "name_zh", "name_en", "position", "where_at", "urgency",
    "duration_minutes", "skill", "charge", "liable", "funding_source", "first_words_zh", "first_words_en",
)  # fmt: skip
CATEGORY = sa.table(
    "category", sa.column("id", sa.Integer()), *map(sa.column, NAMES), *(sa.column(name, sa.JSON()) for name in JSON_FIELDS),
    sa.column("hidden", sa.Boolean()), sa.column("valid_from", sa.Date()), sa.column("valid_until", sa.Date()),
)  # fmt: skip
USERS = ("work_order", "call", "outage")


def upgrade():
    _change("before", "after")
    begins = sa.select(CATEGORY.c.estate_id, sa.func.min(CATEGORY.c.valid_from)).group_by(CATEGORY.c.estate_id)
    known = {tuple(row) for row in op.get_bind().execute(sa.select(CATEGORY.c.estate_id, CATEGORY.c.code))}
    rows = [
        {**{key: value for key, value in row.items() if key != "where"}, "where_at": row["where"],
         "estate_id": estate_id, "valid_from": valid_from}
        for estate_id, valid_from in op.get_bind().execute(begins).all()
        for row in SHIPPED["added"]
        if (estate_id, row["code"]) not in known
    ]  # fmt: skip
    op.bulk_insert(CATEGORY, rows)


def downgrade():
    """What was used in the meantime stays."""
    codes = [row["code"] for row in SHIPPED["added"]]
    used = [sa.select(sa.column("category_id")).select_from(sa.table(name)) for name in USERS]
    unused = [CATEGORY.c.id.not_in(ids.where(sa.column("category_id").is_not(None))) for ids in used]
    op.execute(sa.delete(CATEGORY).where(CATEGORY.c.code.in_(codes), *unused))
    _change("after", "before")


def _change(old: str, new: str) -> None:
    """Whole rows: a word without the first words that belong to it would be worse than both of yesterday."""
    connection = op.get_bind()
    found = sa.select(CATEGORY).where(CATEGORY.c.code.in_(SHIPPED["changed"]))
    for row in connection.execute(found).mappings().all():
        change = SHIPPED["changed"][row["code"]]
        if all(row[name] == value for name, value in change[old].items()):
            connection.execute(sa.update(CATEGORY).where(CATEGORY.c.id == row["id"]).values(change[new]))
