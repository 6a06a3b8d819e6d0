# ruff: noqa: S608 - the statements are put together from the constants below
"""Fee waivers

Policies, applications with acts that never change, and the rules of who may decide, held by the database itself.
Estates that exist get the policy the product comes with, in force from today.
"""

import json
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0022", "0021"

APPROVALS = "('first_approval', 'approved', 'approved_with_changes')"
DECISIONS = "('first_approval', 'approved', 'approved_with_changes', 'refused')"
RATES = ("property_fee_bp", "labour_bp", "materials_bp", "call_out_bp")
GIVEN = (*RATES, "property_fee_cap_fen", "labour_cap_fen", "yearly_fen")
DATES = ("approved_on", "fee_from")
DAY = {"sqlite": "date(NEW.at, '+8 hours')", "postgresql": "CAST(NEW.at + INTERVAL '8 hours' AS date)"}  # in China
HAS_POWER = (  # by their own role, or by the role of whoever they say they stand in for, on that day
    "(EXISTS (SELECT 1 FROM user_role r WHERE NEW.stands_in_for_id IS NULL AND r.user_id = NEW.actor_id"
    " AND r.estate_id = a.estate_id AND r.role IN ({roles})) OR EXISTS (SELECT 1 FROM waiver_stand_in s"
    " JOIN user_role r ON r.user_id = s.for_user_id AND r.estate_id = s.estate_id WHERE s.user_id = NEW.actor_id"
    " AND s.for_user_id = NEW.stands_in_for_id AND s.estate_id = a.estate_id AND s.called_off_at IS NULL"
    " AND s.from_on <= @DAY AND s.until_on > @DAY AND r.role IN ({roles})))"
)
MAY_DECIDE, IS_OWNER = HAS_POWER.format(roles="'manager', 'owner'"), HAS_POWER.format(roles="'owner'")
THEM = "(NEW.actor_id, COALESCE(NEW.stands_in_for_id, NEW.actor_id))"  # who decides, and in whose place
THEIRS = f"b.application_id = NEW.application_id AND (b.actor_id IN {THEM} OR b.stands_in_for_id IN {THEM})"
DECIDER = (  # of the application, of everything done about it, and of the people behind it
    f"NEW.kind IN {DECISIONS} AND (NEW.actor_id IS NULL OR EXISTS (SELECT 1 FROM waiver_application a"
    f" WHERE a.id = NEW.application_id AND (a.entered_by_id IN {THEM} OR a.requester_id IN {THEM}"
    f" OR EXISTS (SELECT 1 FROM staff_tie t WHERE t.user_id IN {THEM}"
    " AND t.person_id IN (a.beneficiary_id, COALESCE(a.payer_id, 0)))"
    f" OR NOT {MAY_DECIDE}))"
    f" OR EXISTS (SELECT 1 FROM waiver_act b WHERE {THEIRS}"
    " AND b.kind IN ('submitted', 'edited', 'papers_brought', 'verified', 'unverified', 'unclear', 'home_checked',"
    " 'refused'))"
    f" OR (NEW.kind IN {APPROVALS} AND EXISTS (SELECT 1 FROM waiver_act b WHERE {THEIRS}"
    " AND b.kind = 'first_approval' AND b.id > COALESCE((SELECT MAX(e.id)"
    " FROM waiver_act e WHERE e.application_id = NEW.application_id AND e.kind IN ('edited', 'refused')), 0))))"
)
AS_OWNER = (
    f"NEW.as_owner AND EXISTS (SELECT 1 FROM waiver_application a WHERE a.id = NEW.application_id AND NOT {IS_OWNER})"
)
SINCE = (
    f"b.application_id = NEW.id AND b.kind IN {APPROVALS} AND b.id > COALESCE((SELECT MAX(e.id) FROM waiver_act e"
    " WHERE e.application_id = NEW.id AND e.kind IN ('edited', 'refused')), 0)"
)
APPROVED = (  # by somebody; above the limit by two, one of them the owner
    "NEW.status = 'approved' AND OLD.status NOT IN ('approved', 'suspended') AND ("
    f"NOT EXISTS (SELECT 1 FROM waiver_act b WHERE {SINCE} AND b.kind != 'first_approval')"
    " OR ((EXISTS (SELECT 1 FROM waiver_policy p WHERE p.id = NEW.policy_id AND NEW.yearly_fen > p.second_above_fen)"
    " OR EXISTS (SELECT 1 FROM waiver_ground g WHERE g.policy_id = NEW.policy_id AND g.code = NEW.ground_code"
    " AND g.needs_owner))"
    f" AND ((SELECT COUNT(DISTINCT b.actor_id) FROM waiver_act b WHERE {SINCE}) < 2"
    f" OR NOT EXISTS (SELECT 1 FROM waiver_act b WHERE {SINCE} AND b.as_owner))))"
)
CHANGED = " OR ".join(f"COALESCE(NEW.{name}, -1) <> COALESCE(OLD.{name}, -1)" for name in GIVEN)
MOVED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in (*DATES, "place_id", "policy_id", "ground_code"))
KEPT = "OLD.status IN ('approved', 'suspended', 'ended', 'revoked') AND OLD.approved_on IS NOT NULL"
OVERLAPS = (
    "NEW.state <> 'draft' AND EXISTS (SELECT 1 FROM waiver_policy p WHERE p.estate_id = NEW.estate_id"
    " AND p.id <> NEW.id AND p.state <> 'draft' AND (NEW.valid_until IS NULL OR p.valid_from < NEW.valid_until)"
    " AND (p.valid_until IS NULL OR p.valid_until > NEW.valid_from))"
)
NOT_DRAFT = "EXISTS (SELECT 1 FROM waiver_policy p WHERE p.id = {row}.policy_id AND p.state <> 'draft')"
ALWAYS = "1 = 1"
POLICY = (
    "estate_id", "number", "state", "words", "version", "second_above_fen", "proof_above_fen", "one_off_limit_fen",
)  # fmt: skip
GROUND = (
    "policy_id", "position", "code", "name_zh", "name_en", "definition", "proof", "is_verified", "needs_owner",
    "min_age", *RATES, "validity_months", "bearer", "flow",
)  # fmt: skip
GUARDS = (  # name, table, when, the condition that is refused, what is said
    ("waiver_act_update", "waiver_act", "UPDATE", ALWAYS, "acts are never changed"),
    ("waiver_act_delete", "waiver_act", "DELETE", ALWAYS, "acts are never changed"),
    ("waiver_act_decider", "waiver_act", "INSERT", DECIDER, "somebody else must decide"),
    ("waiver_act_owner", "waiver_act", "INSERT", AS_OWNER, "no owner"),
    ("waiver_begins_undecided", "waiver_application", "INSERT", "NEW.status <> 'draft'", "it begins as a draft"),
    ("waiver_is_approved", "waiver_application", "UPDATE", APPROVED, "nobody approved it"),
    ("waiver_keeps_figures", "waiver_application", "UPDATE", f"{KEPT} AND ({CHANGED} OR {MOVED})", "it is decided"),
    ("waiver_keeps_enterer", "waiver_application", "UPDATE",
     "NEW.entered_by_id <> OLD.entered_by_id OR COALESCE(NEW.requester_id, 0) <> COALESCE(OLD.requester_id, 0)"
     " AND OLD.status <> 'draft'", "who asked stays"),
    ("waiver_is_kept", "waiver_application", "DELETE", "OLD.status <> 'draft'", "applications are kept"),
    ("waiver_policy_alone_i", "waiver_policy", "INSERT", OVERLAPS, "policies overlap"),
    ("waiver_policy_alone_u", "waiver_policy", "UPDATE", OVERLAPS, "policies overlap"),
    ("waiver_policy_kept", "waiver_policy", "DELETE", "OLD.state <> 'draft'", "policies are kept"),
    ("waiver_ground_insert", "waiver_ground", "INSERT", NOT_DRAFT.format(row="NEW"), "the policy is in force"),
    ("waiver_ground_update", "waiver_ground", "UPDATE", NOT_DRAFT.format(row="OLD"), "the policy is in force"),
    ("waiver_ground_delete", "waiver_ground", "DELETE", NOT_DRAFT.format(row="OLD"), "the policy is in force"),
    ("one_off_update", "one_off_waiver", "UPDATE", ALWAYS, "acts are never changed"),
    ("one_off_delete", "one_off_waiver", "DELETE", ALWAYS, "acts are never changed"),
)  # fmt: skip


def upgrade():
    op.create_table(
        "waiver_number",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_waiver_number")),
    )
    op.create_table(
        "waiver_budget",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "bearer",
            sa.Enum(
                "company",
                "street_office",
                "district",
                "donation",
                "public_income",
                name="bearer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ground_code", sa.String(length=30), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_waiver_budget_not_negative")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_waiver_budget_estate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_budget")),
        sa.UniqueConstraint(
            "estate_id",
            "year",
            "bearer",
            "ground_code",
            name=op.f("uq_waiver_budget_estate_id_year_bearer_ground_code"),
        ),
    )
    op.create_table(
        "waiver_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_force",
                "replaced",
                name="policystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("second_above_fen", sa.Integer(), nullable=False),
        sa.Column("proof_above_fen", sa.Integer(), nullable=False),
        sa.Column("one_off_limit_fen", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=True),
        sa.Column("begun_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'draft' OR valid_from IS NOT NULL", name=op.f("ck_waiver_policy_in_force_from_a_day")
        ),
        sa.CheckConstraint(
            "second_above_fen >= 0 AND proof_above_fen >= 0 AND one_off_limit_fen >= 0",
            name=op.f("ck_waiver_policy_limits_not_negative"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_waiver_policy_valid_at_some_time")
        ),
        sa.ForeignKeyConstraint(["begun_by_id"], ["user.id"], name=op.f("fk_waiver_policy_begun_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_waiver_policy_estate_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_waiver_policy_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_policy")),
        sa.UniqueConstraint("estate_id", "number", name=op.f("uq_waiver_policy_estate_id_number")),
    )
    op.create_table(
        "waiver_stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("for_user_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(), nullable=False),
        sa.Column("called_off_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_waiver_stand_in_for_some_days")),
        sa.CheckConstraint("user_id != for_user_id", name=op.f("ck_waiver_stand_in_of_somebody_else")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_waiver_stand_in_estate_id")),
        sa.ForeignKeyConstraint(["for_user_id"], ["user.id"], name=op.f("fk_waiver_stand_in_for_user_id")),
        sa.ForeignKeyConstraint(["named_by_id"], ["user.id"], name=op.f("fk_waiver_stand_in_named_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_waiver_stand_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_stand_in")),
    )
    with op.batch_alter_table("waiver_stand_in", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiver_stand_in_estate_id_until_on"), ["estate_id", "until_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_waiver_stand_in_for_user_id"), ["for_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_stand_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "one_off_waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("amount_fen > 0 AND reason != ''", name=op.f("ck_one_off_waiver_something_for_a_reason")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_one_off_waiver_estate_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["user.id"], name=op.f("fk_one_off_waiver_given_by_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["waiver_policy.id"], name=op.f("fk_one_off_waiver_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_off_waiver")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_one_off_waiver_charge_id")),
    )
    with op.batch_alter_table("one_off_waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_off_waiver_estate_id"), ["estate_id"], unique=False)

    op.create_table(
        "staff_tie",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "tie",
            sa.Enum("self", "relative", name="tie", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user.id"], name=op.f("fk_staff_tie_noted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_tie_person_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_staff_tie_user_id")),
        sa.PrimaryKeyConstraint("user_id", "person_id", name=op.f("pk_staff_tie")),
    )
    with op.batch_alter_table("staff_tie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_tie_person_id"), ["person_id"], unique=False)

    op.create_table(
        "waiver_ground",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("needs_owner", sa.Boolean(), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("property_fee_bp", sa.Integer(), nullable=False),
        sa.Column("labour_bp", sa.Integer(), nullable=False),
        sa.Column("materials_bp", sa.Integer(), nullable=False),
        sa.Column("call_out_bp", sa.Integer(), nullable=False),
        sa.Column("property_fee_cap_fen", sa.Integer(), nullable=True),
        sa.Column("labour_cap_fen", sa.Integer(), nullable=True),
        sa.Column("validity_months", sa.Integer(), nullable=False),
        sa.Column(
            "bearer",
            sa.Enum(
                "company",
                "street_office",
                "district",
                "donation",
                "public_income",
                name="bearer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "flow",
            sa.Enum(
                "company_waiver",
                "waive_then_claim",
                "pay_then_subsidy",
                name="flow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(property_fee_cap_fen IS NULL OR property_fee_cap_fen > 0) AND (labour_cap_fen IS NULL OR labour_cap_fen > 0)",
            name=op.f("ck_waiver_ground_caps_above_nothing"),
        ),
        sa.CheckConstraint(
            "property_fee_bp BETWEEN 0 AND 10000 AND labour_bp BETWEEN 0 AND 10000 AND materials_bp BETWEEN 0 AND 10000 AND call_out_bp BETWEEN 0 AND 10000",
            name=op.f("ck_waiver_ground_rates_up_to_the_whole"),
        ),
        sa.CheckConstraint("validity_months BETWEEN 1 AND 60", name=op.f("ck_waiver_ground_valid_for_some_months")),
        sa.ForeignKeyConstraint(["policy_id"], ["waiver_policy.id"], name=op.f("fk_waiver_ground_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_ground")),
        sa.UniqueConstraint("policy_id", "code", name=op.f("uq_waiver_ground_policy_id_code")),
    )
    op.create_table(
        "waiver_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("estate_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "verifying",
                "more_papers",
                "verified",
                "approved",
                "suspended",
                "refused",
                "ended",
                "revoked",
                name="waiverstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("beneficiary_id", sa.Integer(), nullable=True),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("payer_name", sa.String(length=80), nullable=False),
        sa.Column("asked_by_name", sa.String(length=80), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=True),
        sa.Column("tip_by_name", sa.String(length=80), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("phone", "door", "desk", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("ground_code", sa.String(length=30), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("consent_at", sa.DateTime(), nullable=True),
        sa.Column(
            "consent_how",
            sa.Enum(
                "spoken", "signed", "family", name="consenthow", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("consent_to_notice", sa.Boolean(), nullable=False),
        sa.Column(
            "proof_type",
            sa.Enum(
                "certificate",
                "letter",
                "disability_card",
                "veteran_card",
                "hospital",
                "household_book",
                "other",
                name="prooftype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("proof_issuer", sa.String(length=80), nullable=False),
        sa.Column("proof_tail", sa.String(length=4), nullable=False),
        sa.Column("proof_seen_by_id", sa.Integer(), nullable=True),
        sa.Column("proof_seen_on", sa.Date(), nullable=True),
        sa.Column("proof_valid_until", sa.Date(), nullable=True),
        sa.Column("papers_by", sa.Date(), nullable=True),
        sa.Column("passed_up", sa.Boolean(), nullable=False),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("fee_from", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("property_fee_bp", sa.Integer(), nullable=True),
        sa.Column("labour_bp", sa.Integer(), nullable=True),
        sa.Column("materials_bp", sa.Integer(), nullable=True),
        sa.Column("call_out_bp", sa.Integer(), nullable=True),
        sa.Column("property_fee_cap_fen", sa.Integer(), nullable=True),
        sa.Column("labour_cap_fen", sa.Integer(), nullable=True),
        sa.Column("yearly_fen", sa.Integer(), nullable=True),
        sa.Column(
            "bearer",
            sa.Enum(
                "company",
                "street_office",
                "district",
                "donation",
                "public_income",
                name="bearer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "flow",
            sa.Enum(
                "company_waiver",
                "waive_then_claim",
                "pay_then_subsidy",
                name="flow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "end_reason",
            sa.Enum(
                "died",
                "moved",
                "sold",
                "let",
                "certificate_withdrawn",
                "withdrawn",
                "renewed",
                "other",
                name="endreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("renews_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status = 'draft' OR (beneficiary_id IS NOT NULL AND ground_code != '')",
            name=op.f("ck_waiver_application_is_complete"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR applied_on IS NOT NULL", name=op.f("ck_waiver_application_applied_on_a_day")
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'suspended', 'revoked') OR (approved_on IS NOT NULL AND fee_from IS NOT NULL AND until_on IS NOT NULL AND property_fee_bp IS NOT NULL)",
            name=op.f("ck_waiver_application_granted_has_figures"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('ended', 'revoked') OR end_reason IS NOT NULL",
            name=op.f("ck_waiver_application_ended_has_a_reason"),
        ),
        sa.CheckConstraint(
            "(consent_at IS NULL) = (consent_how IS NULL)", name=op.f("ck_waiver_application_consent_has_a_way")
        ),
        sa.CheckConstraint(
            "property_fee_bp IS NULL OR (property_fee_bp BETWEEN 0 AND 10000 AND labour_bp BETWEEN 0 AND 10000 AND materials_bp BETWEEN 0 AND 10000 AND call_out_bp BETWEEN 0 AND 10000)",
            name=op.f("ck_waiver_application_rates_up_to_the_whole"),
        ),
        sa.ForeignKeyConstraint(["beneficiary_id"], ["person.id"], name=op.f("fk_waiver_application_beneficiary_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_waiver_application_call_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_waiver_application_entered_by_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_waiver_application_estate_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["person.id"], name=op.f("fk_waiver_application_payer_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_waiver_application_place_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["waiver_policy.id"], name=op.f("fk_waiver_application_policy_id")),
        sa.ForeignKeyConstraint(["proof_seen_by_id"], ["user.id"], name=op.f("fk_waiver_application_proof_seen_by_id")),
        sa.ForeignKeyConstraint(["renews_id"], ["waiver_application.id"], name=op.f("fk_waiver_application_renews_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["user.id"], name=op.f("fk_waiver_application_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_application")),
        sa.UniqueConstraint("number", name=op.f("uq_waiver_application_number")),
    )
    with op.batch_alter_table("waiver_application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiver_application_beneficiary_id"), ["beneficiary_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_application_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_application_entered_by_id"), ["entered_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_waiver_application_estate_id_status_until_on"),
            ["estate_id", "status", "until_on"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_waiver_application_payer_id"), ["payer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_application_place_id_status"), ["place_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_application_policy_id"), ["policy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_application_renews_id"), ["renews_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_application_requester_id"), ["requester_id"], unique=False)

    op.create_table(
        "waiver_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "submitted",
                "edited",
                "verification_asked",
                "verified",
                "unverified",
                "unclear",
                "papers_asked",
                "papers_brought",
                "home_checked",
                "first_approval",
                "approved",
                "approved_with_changes",
                "refused",
                "passed_up",
                "review_asked",
                "suspended",
                "resumed",
                "ended",
                "revoked",
                "renewal_asked",
                "objection",
                "objection_answered",
                name="actkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("stands_in_for_id", sa.Integer(), nullable=True),
        sa.Column("as_owner", sa.Boolean(), nullable=False),
        sa.Column(
            "to_status",
            sa.Enum(
                "draft",
                "submitted",
                "verifying",
                "more_papers",
                "verified",
                "approved",
                "suspended",
                "refused",
                "ended",
                "revoked",
                name="waiverstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shown_hash", sa.String(length=32), nullable=False),
        sa.Column("asked_bp", sa.Integer(), nullable=True),
        sa.Column("given_bp", sa.Integer(), nullable=True),
        sa.Column("asked_until", sa.Date(), nullable=True),
        sa.Column("given_until", sa.Date(), nullable=True),
        sa.Column("asked_fen", sa.Integer(), nullable=True),
        sa.Column("given_fen", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind NOT IN ('first_approval', 'approved', 'approved_with_changes', 'refused') OR shown_hash != ''",
            name=op.f("ck_waiver_act_decided_what_was_shown"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('first_approval', 'approved', 'approved_with_changes', 'refused', 'passed_up', 'papers_asked', 'suspended', 'revoked') OR reason != ''",
            name=op.f("ck_waiver_act_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_waiver_act_actor_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["waiver_application.id"], name=op.f("fk_waiver_act_application_id")
        ),
        sa.ForeignKeyConstraint(["stands_in_for_id"], ["user.id"], name=op.f("fk_waiver_act_stands_in_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_act")),
    )
    with op.batch_alter_table("waiver_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiver_act_actor_id_id"), ["actor_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_act_application_id_id"), ["application_id", "id"], unique=False)

    for guard in GUARDS:
        _guard(*guard)
    _install()


def _guard(name: str, table: str, when: str, condition: str, words: str) -> None:
    dialect = op.get_bind().dialect.name
    condition = condition.replace("@DAY", DAY[dialect])
    if dialect == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    row = "OLD" if when == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE integrity_constraint_violation USING MESSAGE = '{words}'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_guard()")


def _install() -> None:
    """The shipped policy for every estate that exists: first as a draft, since only a draft takes grounds."""
    shipped = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    policies, grounds = (
        sa.table("waiver_policy", *map(sa.column, POLICY)),
        sa.table("waiver_ground", *map(sa.column, GROUND)),
    )
    limits = {name: shipped[name] for name in ("second_above_fen", "proof_above_fen", "one_off_limit_fen")}
    connection = op.get_bind()
    for (estate_id,) in connection.execute(sa.text("SELECT id FROM estate ORDER BY id")).all():
        row = {"estate_id": estate_id, "number": 1, "state": "draft", "words": "", "version": 0, **limits}
        connection.execute(policies.insert().values(row))
        policy_id = connection.execute(
            sa.text("SELECT id FROM waiver_policy WHERE estate_id = :estate"), {"estate": estate_id}
        ).scalar_one()
        rows = [_ground(policy_id, position, one) for position, one in enumerate(shipped["grounds"], 1)]
        connection.execute(grounds.insert(), rows)
        begin = sa.text("UPDATE waiver_policy SET state = 'in_force', valid_from = :day WHERE id = :id")
        connection.execute(
            begin.bindparams(sa.bindparam("day", type_=sa.Date())), {"day": date.today(), "id": policy_id}
        )


def _ground(policy_id: int, position: int, one: dict) -> dict:
    told = {name: one[name] for name in ("code", "name_zh", "name_en", "definition", "proof", "is_verified")}
    more = {"needs_owner": one.get("needs_owner", False), "min_age": one.get("min_age")}
    rates = dict(zip(RATES, one["rates"], strict=True))
    fixed = {"validity_months": 12, "bearer": "company", "flow": "company_waiver"}
    return {"policy_id": policy_id, "position": position, **told, **more, **rates, **fixed}


def downgrade():
    with op.batch_alter_table("waiver_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_act_application_id_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_act_actor_id_id"))

    op.drop_table("waiver_act")
    with op.batch_alter_table("waiver_application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_application_requester_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_renews_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_policy_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_place_id_status"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_payer_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_estate_id_status_until_on"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_entered_by_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_call_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_application_beneficiary_id"))

    op.drop_table("waiver_application")
    op.drop_table("waiver_ground")
    with op.batch_alter_table("staff_tie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_tie_person_id"))

    op.drop_table("staff_tie")
    with op.batch_alter_table("one_off_waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_off_waiver_estate_id"))

    op.drop_table("one_off_waiver")
    with op.batch_alter_table("waiver_stand_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_stand_in_user_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_stand_in_for_user_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_stand_in_estate_id_until_on"))

    op.drop_table("waiver_stand_in")
    op.drop_table("waiver_policy")
    op.drop_table("waiver_budget")
    op.drop_table("waiver_number")
    if op.get_bind().dialect.name == "postgresql":
        for name, *_rest in GUARDS:
            op.execute(f"DROP FUNCTION {name}_guard()")
