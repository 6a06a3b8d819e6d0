"""The codes of waivers, in one place for tables, rules and words."""

from enum import StrEnum


class PolicyState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    REPLACED = "replaced"  # another one has followed, or will on `valid_until`


class PolicyField(StrEnum):
    """What of a draft was changed, for its event."""

    WORDS = "words"
    SECOND = "second_above_fen"
    PROOF = "proof_above_fen"
    ONE_OFF = "one_off_limit_fen"
    SCANS = "keeps_scans"
    GROUNDS = "grounds"


class Bearer(StrEnum):
    """Who bears the cost."""

    COMPANY = "company"
    STREET_OFFICE = "street_office"
    DISTRICT = "district"
    DONATION = "donation"
    PUBLIC_INCOME = "public_income"


class Flow(StrEnum):
    COMPANY_WAIVER = "company_waiver"
    WAIVE_THEN_CLAIM = "waive_then_claim"
    PAY_THEN_SUBSIDY = "pay_then_subsidy"  # recorded only: charges stay whole


class Channel(StrEnum):
    PHONE = "phone"
    DOOR = "door"
    DESK = "desk"


class ConsentHow(StrEnum):
    SPOKEN = "spoken"  # on the telephone, read out
    SIGNED = "signed"
    FAMILY = "family"  # somebody who may speak for them


class ProofType(StrEnum):
    CERTIFICATE = "certificate"
    LETTER = "letter"  # of the community
    DISABILITY_CARD = "disability_card"
    VETERAN_CARD = "veteran_card"
    HOSPITAL = "hospital"
    HOUSEHOLD_BOOK = "household_book"
    OTHER = "other"


class ActKind(StrEnum):
    SUBMITTED = "submitted"
    EDITED = "edited"
    VERIFICATION_ASKED = "verification_asked"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"  # the community says it is not so
    UNCLEAR = "unclear"
    PAPERS_ASKED = "papers_asked"
    PAPERS_BROUGHT = "papers_brought"
    HOME_CHECKED = "home_checked"
    FIRST_APPROVAL = "first_approval"
    APPROVED = "approved"
    APPROVED_WITH_CHANGES = "approved_with_changes"
    REFUSED = "refused"
    PASSED_UP = "passed_up"
    REVIEW_ASKED = "review_asked"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    ENDED = "ended"
    REVOKED = "revoked"
    RENEWAL_ASKED = "renewal_asked"
    OBJECTION = "objection"
    OBJECTION_ANSWERED = "objection_answered"


class EndReason(StrEnum):
    DIED = "died"
    MOVED = "moved"
    SOLD = "sold"
    LET = "let"
    CERTIFICATE_WITHDRAWN = "certificate_withdrawn"
    WITHDRAWN = "withdrawn"  # they took it back
    RENEWED = "renewed"  # another one has followed
    OTHER = "other"


class ScanEnd(StrEnum):
    """Why a photo of a paper was deleted."""

    DECIDED = "decided"  # long enough after the decision
    LEFT = "left"  # of a draft that nobody went on with
    TAKEN_AWAY = "taken_away"  # by whoever took it, or works on the application
    DISCARDED = "discarded"  # with its draft
    ERASED = "erased"  # with everything of whoever it is about


class Tie(StrEnum):
    """How a member of staff and a resident belong together."""

    SELF = "self"
    RELATIVE = "relative"


APPROVALS = (ActKind.FIRST_APPROVAL, ActKind.APPROVED, ActKind.APPROVED_WITH_CHANGES)
DECISIONS = (*APPROVALS, ActKind.REFUSED)
TAKES_PART = (ActKind.SUBMITTED, ActKind.EDITED, ActKind.PAPERS_BROUGHT)  # whoever asked for it or changed it
VERIFIES = (ActKind.VERIFIED, ActKind.UNVERIFIED, ActKind.UNCLEAR, ActKind.HOME_CHECKED)
