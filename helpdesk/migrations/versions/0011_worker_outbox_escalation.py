"""Let a worker run, keep messages, tell what is late, and note who was rung

Leases and beats of the worker, the outbox, what was told of late orders, whom the hotline rang, and the policy that says
how soon somebody must acknowledge. All tables are new. Estates that are there already get the policy the product comes
with, in force from today: danger 2 minutes, emergency 5.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"

ZH = "所有人都没联系上。打经理家里电话；有人身危险先打 119、120、110，漏水先关楼道总阀，漏电先拉总闸。"
EN = (
    "Nobody could be reached. Ring the manager at home; if people are in danger, 119, 120 or 110 first; for water "
    "close the stairwell's stop valve, for electricity pull the main breaker."
)


def upgrade():
    op.create_table(
        "task_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", sa.DateTime(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("wait_s", sa.Integer(), nullable=False),
        sa.Column("ran_at", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_fault", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name=op.f("ck_task_lease_held_by_somebody")),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_task_lease_failures_count")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_task_lease")),
    )
    op.create_table(
        "worker_beat",
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "escalation_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum("p0", "p1", "p2", "p3", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("acknowledge_minutes", sa.Integer(), nullable=False),
        sa.Column("nobody_reached_zh", sa.Text(), nullable=False),
        sa.Column("nobody_reached_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("acknowledge_minutes >= 0", name=op.f("ck_escalation_policy_not_before")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_escalation_policy_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_policy")),
        sa.UniqueConstraint(
            "estate_id", "urgency", "valid_from", name=op.f("uq_escalation_policy_estate_id_urgency_valid_from")
        ),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "template",
            sa.Enum("nobody_acknowledged", name="template", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("sms", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("hurries", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sent",
                "no_adapter",
                "dead",
                "dropped",
                name="messagestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("posted_at", sa.DateTime(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("provider_ref", sa.String(length=80), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_message_sent_has_a_time")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_message_attempts_count")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_message_estate_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["user.id"], name=op.f("fk_message_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_estate_id_status_id"), ["estate_id", "status", "id"], unique=False)
        batch_op.create_index(
            "ix_message_queued",
            ["next_try_at"],
            unique=False,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.create_index(batch_op.f("ix_message_recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column(
            "promise",
            sa.Enum(
                "acknowledge",
                "respond",
                "arrive",
                "finish",
                name="promise",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum("warned", "missed", name="level", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["policy_id"], ["escalation_policy.id"], name=op.f("fk_escalation_policy_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_escalation_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint(
            "work_order_id", "promise", "level", "due_at", name=op.f("uq_escalation_work_order_id_promise_level_due_at")
        ),
    )
    op.create_table(
        "ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_order_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "answered",
                "no_answer",
                "switched_off",
                "wrong_number",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum("takes", "cannot", name="decision", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("decision IS NULL OR answer = 'answered'", name=op.f("ck_ring_decided_by_whom_was_reached")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_ring_decision_has_a_time")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_ring_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_ring_user_id")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_ring_work_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring")),
    )
    with op.batch_alter_table("ring", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ring_work_order_id_id"), ["work_order_id", "id"], unique=False)

    columns = "estate_id, urgency, acknowledge_minutes, nobody_reached_zh, nobody_reached_en, valid_from"
    for urgency, minutes in (("p0", 2), ("p1", 5)):
        given = sa.text(
            f"INSERT INTO escalation_policy ({columns}) SELECT id, :urgency, :minutes, :zh, :en, CURRENT_DATE FROM estate"  # noqa: S608
        )
        op.execute(given.bindparams(urgency=urgency, minutes=minutes, zh=ZH, en=EN))


def downgrade():
    with op.batch_alter_table("ring", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ring_work_order_id_id"))

    op.drop_table("ring")
    op.drop_table("escalation")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_recipient_id"))
        batch_op.drop_index(
            "ix_message_queued",
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        )
        batch_op.drop_index(batch_op.f("ix_message_estate_id_status_id"))

    op.drop_table("message")
    op.drop_table("escalation_policy")
    op.drop_table("worker_beat")
    op.drop_table("task_lease")
