"""What the history can tell of, by the feature that does it: each kind of event, and the data that it holds."""

from datetime import datetime
from enum import StrEnum
from types import UnionType


class Code(str):
    """A name from our own code, never something a person typed."""


KINDS: dict[str, dict[str, type | UnionType]] = {
    # accounts
    "access.denied": {"endpoint": Code},
    "session.opened": {},
    "session.refused": {},  # a wrong password for an account that exists
    "session.ended": {},
    "session.proved": {},  # the password again, before a dangerous act
    "user.added": {},
    "user.disabled": {},
    "user.enabled": {},
    "user.password_set": {},
    "user.password_changed": {},  # by its owner
    "user.phone_set": {},
    "second_step.set_up": {},  # the subject is the user
    "second_step.codes_renewed": {},
    "second_step.code_used": {},  # one of those on paper
    "second_step.given_up": {},
    "second_step.reset_asked": {},
    "second_step.reset": {},  # by a second administrator, or at the shell
    "user.roles_set": {"estate_id": int, "roles": list},
    "user.pin_set": {},
    "user.signed_out": {},  # everywhere, or everywhere else
    "device.enrolled": {"device": StrEnum},
    "device.revoked": {},
    "lock_policy.set": {"minutes": int},
    # looks
    "looks.too_often": {},  # more looks in a day than the limit; the subject is who looked
    # callbacks
    "callback.asked": {
        "reason": StrEnum, "due_at": datetime, "owner_id": int | None, "work_order_id": int | None,
    },
    "callback.changed": {"due_at": datetime},  # something else is to be said
    "callback.taken_on": {"owner_id": int | None},
    "callback.attempted": {"answer": StrEnum, "attempt_id": int, "due_at": datetime},
    "callback.given_up": {},
    "callback.reopened": {"due_at": datetime},
    "callback.rang_in": {},  # they rang before anybody reached them
    "callback.told": {},  # what came of it was written down
    # telephony
    "estate.hotline_set": {},  # the number residents ring
    "line.added": {},
    "line.ended": {},
    "line.extension_set": {"user_id": int | None},
    "telephone_call.reported": {"report": StrEnum, "missed": bool},
    # storm
    "visits.postponed": {"cause": StrEnum, "orders": int, "calls": int},
    "round.begun": {"cause": StrEnum, "people": int, "due_at": datetime},
    "round.somebody_sent": {"work_order_id": int},
    # parties
    "party.added": {"party_kind": StrEnum},
    "party.changed": {},
    "hand_off.made": {"work_order_id": int, "party_id": int, "paid_by": StrEnum, "chase_at": datetime},
    "hand_off.chased": {"chase_id": int, "chase_at": datetime},
    "hand_off.returned": {},
    "hand_off.finished": {},
    # imports: the subject is the upload
    "upload.received": {},
    "upload.sheet_chosen": {},
    "upload.columns_chosen": {},
    "upload.apply_asked": {"skip_errors": bool},
    "upload.started_again": {},
    "upload.discarded": {},
    # exports
    "export.taken": {
        "what": StrEnum, "form": StrEnum, "filter": list, "extras": list, "rows": int, "columns": int,
    },
    # dispatch: time for something that is no visit
    "block.added": {
        "user_id": int, "starts_at": datetime, "ends_at": datetime, "broke": list, "reason": StrEnum | None,
    },
    "block.changed": {
        "user_id": int, "starts_at": datetime, "ends_at": datetime, "broke": list, "reason": StrEnum | None,
    },
    "block.called_off": {},
    # duty
    "shift.added": {"post": StrEnum, "user_id": int, "starts_at": datetime, "ends_at": datetime},
    "shift.changed": {"user_id": int, "starts_at": datetime, "ends_at": datetime},
    "shift.called_off": {},
    "shift.stood_in": {
        "shift_id": int, "from_user_id": int, "user_id": int, "starts_at": datetime, "ends_at": datetime,
    },
    "roster.filled": {"shifts": list, "from_at": datetime, "until_at": datetime},
    "number.published": {},  # residents may have it; the subject is the user
    "number.withdrawn": {},
    # handover
    "handover.opened": {},
    "handover.noted": {},
    "handover.signed": {"outgoing": bool},  # by one of the two; the other still has to
    "handover.frozen": {"outgoing": bool, "rows": int},  # by the second of them
    "handover.called_off": {},
    # cases: the subject of each is the case
    "case.opened": {"about": StrEnum, "owner_id": int | None, "reply_by": datetime, "call_id": int | None},
    "case.assigned": {"owner_id": int},
    "case.made_complex": {"reply_by": datetime},
    "case.extension_asked": {"extension_id": int, "until": datetime},
    "case.extension_decided": {"extension_id": int, "granted": bool, "reply_by": datetime},
    "case.replied": {"way": StrEnum, "in_time": bool},
    "case.returned": {},
    "case.closed": {"satisfaction": StrEnum | None},
    "case.reopened": {"from_status": StrEnum, "note_id": int, "earlier_id": int, "reply_by": datetime},
    "case.noted": {"note_id": int},
    "case.order_opened": {"work_order_id": int},
    "praise.passed_on": {"user_ids": list},
    "praise.read": {"count": int},
    # estate: `fields` are the names of what was changed, never its values
    "estate.added": {},
    "phone.kept": {},  # of a caller who is not in the register
    "register.imported": {  # from a spreadsheet; how many of each
        "places_added": int, "places_changed": int, "people_added": int, "people_changed": int, "phones_added": int,
    },
    "register.laid_out": {"places_added": int},  # buildings by pattern
    "place.added": {},
    "place.changed": {"fields": list},
    "place.crib_changed": {"fields": list},
    "place.number_added": {"phone_id": int},
    "place.number_removed": {"phone_id": int},
    "person.added": {"place_id": int, "occupancy_id": int},
    "person.changed": {"fields": list},
    "person.number_added": {"phone_id": int},
    "person.number_removed": {"phone_id": int},
    "person.moved_in": {"place_id": int, "occupancy_id": int},
    "person.moved_out": {"place_id": int, "occupancy_id": int, "reason": StrEnum},
    "person.occupancy_changed": {"place_id": int, "occupancy_id": int, "fields": list},
    "person.died": {"homes": int},
    "person.death_taken_back": {"homes": int},
    "person.merged": {"merged_id": int, "moved": int},
    "phone.merged": {"merged_id": int, "moved": int},
    "person.unmerged": {"merged_id": int, "moved": int},
    "phone.unmerged": {"merged_id": int, "moved": int},
    "grid.added": {},
    "grid.changed": {"fields": list},
    "lead.named": {"role": StrEnum, "person_id": int | None},
    "lead.changed": {"fields": list},
    "guarantee.added": {},
    "guarantee.changed": {"fields": list},
    # notify: the subject is the message
    "message.retried": {"from_status": StrEnum},
    "message.dropped": {"from_status": StrEnum},
    # escalation: the subject of each is the work order
    "work_order.warned": {"escalation_id": int, "deadline": StrEnum, "due_at": datetime},
    "work_order.late": {"escalation_id": int, "deadline": StrEnum, "due_at": datetime},
    "work_order.unacknowledged": {"escalation_id": int, "due_at": datetime},
    "work_order.rung": {"ring_id": int, "rung": list, "answer": StrEnum},
    "work_order.ring_decided": {"ring_id": int, "rung": list, "decision": StrEnum, "visit_id": int | None},
    "escalation_policy.changed": {"minutes": int, "posts": list, "from_id": int | None},  # the subject is the policy
    # keys: the subject is the key
    "sealing_key.added": {},
    "sealing_key.rotated": {"count": int},  # how many values were sealed anew
    "sealing_key.dropped": {"left": int},
    # workdays: the subject is the year
    "calendar.announced": {"days": int, "added": int, "removed": int},
    "calendar.day_set": {"day_of_year": int, "becomes": StrEnum | None},
    # hotline
    "call.saved": {"outcome": StrEnum | None, "place_id": int | None, "work_order_id": int | None},
    # windows: the subject is the estate
    "windows.set": {"valid_from": datetime, "windows": int},
    "reserves.set": {"valid_from": datetime, "minutes": int},
    "rules.set": {"valid_from": datetime, "stops": list},
    # travel
    "buildings.placed": {"placed": int},
    "technician.mode_set": {"estate_id": int, "mode": StrEnum},
    # technicians: why somebody is away stands in the row, never here
    "skill.added": {"user_id": int, "skill": StrEnum, "level": int},
    "skill.changed": {"level": int},
    "skill.ended": {},
    "hours.set": {"estate_id": int, "valid_from": datetime, "minutes": int},  # the subject is the user
    "absence.noted": {"user_id": int, "starts_at": datetime, "ends_at": datetime},
    "absence.called_off": {"ends_at": datetime},
    "place.wish_set": {"user_id": int, "wish": StrEnum | None},
    "category.changed": {  # the subject is the row of the new term
        "valid_from": datetime, "duration_minutes": int, "skill": StrEnum, "level": int, "crew_size": int,
    },
    # repairs: the subject of each is the work order
    "work_order.opened": {"urgency": StrEnum, "category_id": int, "place_id": int},
    "work_order.window_promised": {"promised_from": datetime, "promised_until": datetime},
    "work_order.windows_named": {"windows": int},
    "work_order.urgency_changed": {"from_urgency": StrEnum, "to_urgency": StrEnum},
    "work_order.recounted": {"arrive_by": datetime | None, "done_by": datetime | None},  # after the calendar changed
    "work_order.held": {"from_status": StrEnum, "reason": StrEnum},
    "work_order.closed": {"from_status": StrEnum},
    "work_order.cancelled": {"from_status": StrEnum, "reason": StrEnum},
    "work_order.remarked": {"remark_id": int},
    "work_order.chased": {"chase_id": int},
    "visit.scheduled": {
        "from_status": StrEnum, "visit_id": int, "crew": list, "promised_from": datetime | None,
        "promised_until": datetime | None,
    },
    "visit.handed_over": {"visit_id": int, "from_crew": list, "crew": list},
    # a visit moved, or given to others: `broke` are rules it breaks all the same, `reason` says why
    "visit.moved": {
        "visit_id": int, "from_crew": list, "crew": list, "from_at": datetime, "to_at": datetime, "minutes": int,
        "lock": StrEnum, "promised_from": datetime | None, "promised_until": datetime | None, "broke": list,
        "reason": StrEnum | None,
    },
    "visit.reassigned": {
        "visit_id": int, "from_crew": list, "crew": list, "from_at": datetime, "to_at": datetime, "minutes": int,
        "lock": StrEnum, "promised_from": datetime | None, "promised_until": datetime | None, "broke": list,
        "reason": StrEnum | None,
    },
    "visit.overridden": {"visit_id": int, "broke": list, "reason": StrEnum},  # sent although it breaks rules
    "visit.delayed": {"visit_id": int, "behind_id": int, "expected_at": datetime, "promised_until": datetime},
    "visit.stepped": {"visit_id": int, "step": StrEnum, "claimed_at": datetime | None},
    "visit.finished": {"visit_id": int, "from_status": StrEnum, "claimed_at": datetime | None, "photos": int},
    "visit.failed": {"visit_id": int, "from_status": StrEnum, "reason": StrEnum, "claimed_at": datetime | None},
    # scheduling: a photo belongs to the work order, a link to its owner
    "photo.added": {"visit_id": int, "photo_id": int, "stage": StrEnum},
    "calendar_link.made": {},
    "calendar_link.revoked": {},
    # routines: dates are told as the moment they begin
    "routine.begun": {"every": int, "unit": StrEnum, "basis": StrEnum, "next_at": datetime},
    "routine.changed": {"every": int, "unit": StrEnum, "basis": StrEnum, "next_at": datetime},
    "routine.ended": {},
    "routine.turn_opened": {"turn_id": int, "work_order_id": int, "due_at": datetime},
    "routine.turn_ended": {"turn_id": int, "outcome": StrEnum, "follow_up_id": int | None},
    # dayplans: `orders` are how many the planner was asked about
    "plan.asked": {"orders": int},
    "plan.ready": {"changes": int, "unserved": int},
    "plan.failed": {"fault": Code},
    "plan.cancelled": {},
    "plan.stale": {},
    "plan.dismissed": {},
    "plan.accepted": {"taken": int, "left": int, "call_backs": int},
    # tariff: dates are told as the moment they begin
    "price_list.drafted": {"items": int},
    "price_list.changed": {"items": int},
    "price_list.put_in_force": {"valid_from": datetime},
    "price_list.dropped": {},
    "quote.made": {"work_order_id": int, "total_fen": int, "lines": int},
    "quote.accepted": {"work_order_id": int, "how": StrEnum},
    "quote.declined": {"work_order_id": int},
    # billing: the subject of each is the account, unless it says otherwise
    "account.opened": {"place_id": int, "opened_at": datetime},
    "accounts.opened": {"count": int},  # when the books were taken over; the subject is the estate
    "account.closed": {"place_id": int, "closed_at": datetime},
    "account.named": {"person_id": int | None},  # who pays was not known before
    "fee_rules.set": {"rates": list, "valid_from": datetime},  # the subject is the estate
    "run.previewed": {"month_from": datetime, "month_until": datetime, "lines": int, "net_fen": int},
    "run.started": {},
    "run.done": {"lines": int, "gross_fen": int, "reduced_fen": int},
    "run.dropped": {},
    "charge.made": {"charge_id": int, "charge_kind": StrEnum, "net_fen": int, "work_order_id": int | None},
    "charge.adjusted": {"charge_id": int, "adjustment": StrEnum, "amount_fen": int, "waiver_id": int | None},
    "charge.written_off": {"charge_id": int, "amount_fen": int},
    "payment.taken": {"payment_id": int, "method": StrEnum, "place": StrEnum, "amount_fen": int, "invoice": bool},
    "payment.reversed": {"payment_id": int, "amount_fen": int},
    "hand_in.counted": {"technician_id": int, "expected_fen": int, "counted_fen": int},  # the subject is the hand-in
    "day.closed": {"payments": int, "expected_fen": int, "counted_fen": int},  # the subject is the closing
    # outages
    "outage.opened": {
        "status": StrEnum, "category_id": int, "starts_at": datetime, "ends_at": datetime | None, "orders": list,
    },
    "outage.changed": {"starts_at": datetime, "ends_at": datetime | None},
    "outage.begun": {"starts_at": datetime},
    "outage.order_added": {"work_order_id": int},
    "outage.order_taken_out": {"work_order_id": int},
    "outage.caller_added": {"call_id": int, "place_id": int | None},
    "outage.over": {"from_status": StrEnum, "orders": int, "call_backs": int},
    "outage.cancelled": {"from_status": StrEnum},
    "outage.reopened": {"call_backs": int},  # how many are no longer to be rung
    "work_order.caller_added": {"call_id": int, "place_id": int | None},
    # scans of a proof: the subject is the scan
    "waiver_scan.taken": {"application_id": int},
    "waiver_scan.deleted": {"application_id": int, "because": StrEnum},
    # waivers: the subject is the application, unless said; grounds and reasons stand in the rows, never here
    "waiver.submitted": {"act_id": int},
    "waiver.edited": {"act_id": int},
    "waiver.acted": {"act_id": int, "act": StrEnum},
    "waiver.decided": {"act_id": int, "act": StrEnum, "given_fen": int, "policy_id": int},
    "waiver.discarded": {},
    "waiver_task.made": {"task": StrEnum, "application_id": int | None},  # the subject is the task
    "waiver_task.done": {},
    "verification.asked": {"homes": int},  # the subject is the sheet
    "verification.returned": {"still_so": int, "changed": int, "unclear": int},
    "home_check.ordered": {"work_order_id": int},  # the subject is the home check
    "home_check.answered": {"answer": StrEnum},
    "notice.posted": {"style": StrEnum, "homes": int, "amount_fen": int},  # the subject is the notice
    "notice.taken_down": {},
    "objection.taken": {"notice_id": int},
    "objection.answered": {"notice_id": int},
    "waiver_budget.set": {"year": int, "bearer": StrEnum, "amount_fen": int},
    "waiver_policy.drafted": {"number": int},  # the subject is the policy
    "waiver_policy.changed": {"fields": list},
    "waiver_policy.begun": {"valid_from": datetime},
    "waiver_policy.discarded": {},
    "waiver_stand_in.named": {"user_id": int, "for_user_id": int, "from_at": datetime, "until_at": datetime},
    "waiver_stand_in.called_off": {},
    "staff_tie.noted": {"person_id": int, "tie": StrEnum},  # the subject is the user
    "staff_tie.removed": {"person_id": int},
    "one_off_waiver.given": {"charge_id": int, "amount_fen": int},
    # retention: counts only; the subject is the row of the rule, or of the hold
    "retention.set": {"data_class": StrEnum, "months": int},
    "retention.forgot": {"data_class": StrEnum, "rows": int, "up_to": datetime},
    "hold.set": {"what": StrEnum, "held_id": int, "until_at": datetime},
    "hold.lifted": {},
    # privacy: the subject is the request
    "erasure.asked": {"person_id": int},
    "erasure.done": {
        "person_id": int, "calls": int, "orders": int, "cases": int, "waivers": int, "photos": int, "numbers": int,
    },
    "erasure.refused": {"person_id": int},
    "erasure.withdrawn": {"person_id": int},
    # backup: the subject is the row of the restored backup
    "backup.restored": {"made_at": datetime, "rows": int, "files": int},
    # neighbours: the subject of each is the work order
    "work_order.other_home_set": {"place_id": int, "part": StrEnum},
    "work_order.other_home_removed": {"place_id": int},
    "work_order.home_entered": {"entry_id": int, "place_id": int},
}  # fmt: skip
