"""How the codes of waivers, and the reasons of the rules, are said on the screen."""

from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.waivers.codes import (
    ActKind,
    Bearer,
    Channel,
    ConsentHow,
    EndReason,
    Flow,
    PolicyState,
    ProofType,
    Tie,
)
from helpdesk.waivers.life_models import TaskKind
from helpdesk.waivers.lists import Group
from helpdesk.waivers.rules import Bar, Lack, Warning
from helpdesk.waivers.states import Standing, WaiverStatus

register({
    WaiverStatus.DRAFT: _l("Draft"),
    WaiverStatus.SUBMITTED: _l("Submitted"),
    WaiverStatus.VERIFYING: _l("With the community"),
    WaiverStatus.MORE_PAPERS: _l("Papers missing"),
    WaiverStatus.VERIFIED: _l("To be decided"),
    WaiverStatus.APPROVED: _l("Approved"),
    WaiverStatus.SUSPENDED: _l("Waiver suspended"),
    WaiverStatus.REFUSED: _l("Not approved"),
    WaiverStatus.ENDED: _l("Waiver ended"),
    WaiverStatus.REVOKED: _l("Revoked"),
})  # fmt: skip
register({
    Standing.NOT_YET: _l("Approved, not begun"),
    Standing.ACTIVE: _l("Paying less"),
    Standing.EXPIRED: _l("Run out"),
})  # fmt: skip
register({
    PolicyState.DRAFT: _l("Draft"),
    PolicyState.IN_FORCE: _l("In force"),
    PolicyState.REPLACED: _l("Replaced"),
})  # fmt: skip
register({
    Bearer.COMPANY: _l("The company"),
    Bearer.STREET_OFFICE: _l("The sub-district office"),
    Bearer.DISTRICT: _l("The district"),
    Bearer.DONATION: _l("Donations"),
    Bearer.PUBLIC_INCOME: _l("Common-area income"),
})  # fmt: skip
register({
    Flow.COMPANY_WAIVER: _l("Waived"),
    Flow.WAIVE_THEN_CLAIM: _l("Waived, then claimed back"),
    Flow.PAY_THEN_SUBSIDY: _l("Paid in full, subsidised elsewhere"),
})  # fmt: skip
register({Channel.PHONE: _l("By telephone"), Channel.DOOR: _l("At the door"), Channel.DESK: _l("At the desk")})
register({
    ConsentHow.SPOKEN: _l("Said yes after it was read out"),
    ConsentHow.SIGNED: _l("Signed"),
    ConsentHow.FAMILY: _l("Somebody who may speak for them said yes"),
})  # fmt: skip
register({
    ProofType.CERTIFICATE: _l("Certificate"),
    ProofType.LETTER: _l("Letter of the community"),
    ProofType.DISABILITY_CARD: _l("Disability certificate"),
    ProofType.VETERAN_CARD: _l("Veteran's or martyr's family card"),
    ProofType.HOSPITAL: _l("Finding about a grave illness"),
    ProofType.HOUSEHOLD_BOOK: _l("Household booklet"),
    ProofType.OTHER: _l("Another paper"),
})  # fmt: skip
register({
    ActKind.SUBMITTED: _l("Submitted"),
    ActKind.EDITED: _l("Changed"),
    ActKind.VERIFICATION_ASKED: _l("The community was asked"),
    ActKind.VERIFIED: _l("Confirmed by the community"),
    ActKind.UNVERIFIED: _l("The community says it is not so"),
    ActKind.UNCLEAR: _l("The community could not say"),
    ActKind.PAPERS_ASKED: _l("Papers asked for"),
    ActKind.PAPERS_BROUGHT: _l("Papers brought"),
    ActKind.HOME_CHECKED: _l("Looked at the home"),
    ActKind.FIRST_APPROVAL: _l("First of two approvals"),
    ActKind.APPROVED: _l("Approved"),
    ActKind.APPROVED_WITH_CHANGES: _l("Approved with changes"),
    ActKind.REFUSED: _l("Not approved"),
    ActKind.PASSED_UP: _l("Passed up"),
    ActKind.REVIEW_ASKED: _l("Asked for a second look"),
    ActKind.SUSPENDED: _l("Suspended"),
    ActKind.RESUMED: _l("Resumed"),
    ActKind.ENDED: _l("Ended"),
    ActKind.REVOKED: _l("Revoked"),
    ActKind.RENEWAL_ASKED: _l("Asked to renew"),
    ActKind.OBJECTION: _l("Somebody objected"),
    ActKind.OBJECTION_ANSWERED: _l("The objection was answered"),
})  # fmt: skip
register({
    EndReason.DIED: _l("Died"),
    EndReason.MOVED: _l("Moved away"),
    EndReason.SOLD: _l("The home was sold"),
    EndReason.LET: _l("The home is let"),
    EndReason.CERTIFICATE_WITHDRAWN: _l("The certificate was withdrawn"),
    EndReason.WITHDRAWN: _l("They took it back"),
    EndReason.RENEWED: _l("Another one has followed"),
    EndReason.OTHER: _l("Another reason"),
})  # fmt: skip
register({Tie.SELF: _l("Is this resident"), Tie.RELATIVE: _l("Is a relative")})
register({
    Bar.NO_RIGHT: _l("You may not decide waivers here."),
    Bar.ENTERED: _l("You entered this application: somebody else decides."),
    Bar.REQUESTED: _l("You asked for this waiver: somebody else decides."),
    Bar.EDITED: _l("You changed this application: somebody else decides."),
    Bar.VERIFIED: _l("You verified it: somebody else decides."),
    Bar.BENEFITS: _l("It is for yourself: somebody else decides."),
    Bar.RELATED: _l("You are registered as a relative: somebody else decides."),
    Bar.REFUSED_IT: _l("You refused it before: the second look is somebody else's."),
    Bar.STOOD_IN_FOR: _l("Whoever you stand in for had a part in it: somebody else decides."),
    Bar.FIRST: _l("You approved it first: the second approval is somebody else's."),
})  # fmt: skip
register({
    Lack.SECOND: _l(
        "Only one person may decide here. What they enter themselves nobody can decide, nor whoever stands in for"
        " them: a second person needs the role of manager or owner."
    ),
    Lack.OWNER: _l(
        "Nobody here has the role of owner: what needs the owner, or is passed up, can never be approved."
    ),
})  # fmt: skip
register({
    Warning.SECOND_OF_HOUSEHOLD: _l("Somebody of this household has a waiver for another home: one home each."),
    Warning.LET: _l("The home is let: the policy leaves such homes out."),
    Warning.VACANT: _l("Nobody lives here: the policy leaves empty homes out."),
    Warning.NO_DWELLING: _l("This is no dwelling: garages, shops and parking are left out."),
    Warning.NO_AREA: _l("The register has no area for this home: its fee cannot be reckoned."),
    Warning.PROOF_EXPIRED: _l("The proof has run out."),
    Warning.PROOF_EXPIRES_SOON: _l("The proof runs out within 60 days."),
    Warning.PROOF_MISSING: _l("No proof is noted yet."),
    Warning.OWNS_ELSEWHERE: _l("They own another home here. That alone is no reason to refuse."),
    Warning.PERSON_DIED: _l("This person has died. The survivor may apply in their own name."),
    Warning.NOT_LIVING_THERE: _l("The register does not know them as living here."),
    Warning.NO_CONSENT: _l("Their consent is not noted yet."),
    Warning.DENIED: _l("The community says it is not so: read in the history what they said."),
    Warning.OVER: _l("It was asked for so long ago that it would have run out by now. Let them apply anew."),
    Warning.TOO_YOUNG: _l("They are younger than this ground asks for."),
})  # fmt: skip
register({
    TaskKind.SURVIVOR: _l("Offer those who stay their own application"),
    TaskKind.LOOK: _l("Look whether it still holds"),
    TaskKind.DEATH_TAKEN_BACK: _l("The death was a mistake: the waiver ended for it"),
    TaskKind.REVIEW: _l("Review this year's waivers with the community"),
})  # fmt: skip
register({
    Group.RUNNING: _l("Running"),
    Group.ENDING: _l("Ending within 60 days"),
    Group.WAITING: _l("Waiting"),
    Group.RESTING: _l("Suspended"),
    Group.OVER: _l("Over"),
})  # fmt: skip
