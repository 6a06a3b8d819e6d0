"""Keep on which day of a month something that comes round is wanted

Only the next date was kept, so what was begun on the 31st came on the 28th ever after February. Old rows take the day
of their next date; where that is the last of its month, the latest day on which one of their turns was due.
"""

from calendar import monthrange

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0019", "0018"
ROUTINE = sa.table("routine", sa.column("id"), sa.column("next_on", sa.Date), sa.column("month_day", sa.Integer))
TURN = sa.table("routine_turn", sa.column("routine_id"), sa.column("due_on", sa.Date))


def upgrade():
    with op.batch_alter_table("routine") as routine:
        routine.add_column(sa.Column("month_day", sa.Integer(), nullable=False, server_default="1"))
    connection, latest = op.get_bind(), {}
    for routine_id, due_on in connection.execute(sa.select(TURN.c.routine_id, TURN.c.due_on)):
        latest[routine_id] = max(due_on.day, latest.get(routine_id, 0))
    for routine_id, next_on in connection.execute(sa.select(ROUTINE.c.id, ROUTINE.c.next_on)).all():
        is_last = next_on.day == monthrange(next_on.year, next_on.month)[1]
        day = max(next_on.day, latest.get(routine_id, 0)) if is_last else next_on.day
        connection.execute(ROUTINE.update().where(ROUTINE.c.id == routine_id).values(month_day=day))
    with op.batch_alter_table("routine") as routine:  # the default was for old rows only
        routine.alter_column("month_day", server_default=None)
        routine.create_check_constraint(op.f("ck_routine_day_of_a_month"), "month_day BETWEEN 1 AND 31")


def downgrade():
    with op.batch_alter_table("routine") as routine:
        routine.drop_constraint(op.f("ck_routine_day_of_a_month"), type_="check")
        routine.drop_column("month_day")
