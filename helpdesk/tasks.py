"""What comes round, in one list: what is done, and how often. The worker does it."""

from datetime import timedelta

from helpdesk.accounts.sweeping import forget_known_addresses, forget_old_devices, forget_throttles
from helpdesk.audit.heads import note_head
from helpdesk.backup.nightly import begin_nightly
from helpdesk.billing.runs import tend_runs
from helpdesk.dayplans.making import tend_plans
from helpdesk.dispatch.lateness import tell_who_comes_late
from helpdesk.dispatch.learning import learn_ways
from helpdesk.escalation.scan import tell_what_is_due
from helpdesk.estate.importing.sweeping import forget_uploads
from helpdesk.estate.unmerging import forget_merges
from helpdesk.exports.making import forget_files
from helpdesk.notify.delivery import deliver_due
from helpdesk.retention.sweeping import forget_by_night
from helpdesk.routines.opening import open_due_turns
from helpdesk.scheduling.sweeping import sweep_photos
from helpdesk.telephony.sweeping import end_lost_calls
from helpdesk.waivers.reminders import remind, tend_waivers
from helpdesk.waivers.scan_keeping import tend_scans
from helpdesk.worker.loop import Task

LONG = timedelta(minutes=30)
TASKS = (
    Task("escalation", timedelta(seconds=15), tell_what_is_due),
    Task("messages", timedelta(seconds=15), deliver_due),
    Task("day-plans", timedelta(seconds=2), tend_plans),
    Task("billing-runs", timedelta(seconds=2), tend_runs),
    Task("routines", timedelta(minutes=10), open_due_turns),
    Task("waiver-reminders", timedelta(hours=1), remind),
    Task("waivers", timedelta(hours=6), tend_waivers, LONG),
    Task("scans", timedelta(hours=1), tend_scans, LONG),
    Task("late-visits", timedelta(minutes=1), tell_who_comes_late),
    Task("lost-calls", timedelta(minutes=1), end_lost_calls),
    Task("throttles", timedelta(hours=1), forget_throttles),
    Task("retention", timedelta(hours=1), forget_by_night, timedelta(hours=2)),
    Task("backup", timedelta(minutes=10), begin_nightly),
    Task("chain-heads", timedelta(hours=1), note_head),
    Task("known-addresses", timedelta(days=1), forget_known_addresses, LONG),
    Task("old-devices", timedelta(days=1), forget_old_devices, LONG),
    Task("photos", timedelta(days=1), sweep_photos, LONG),
    Task("ways", timedelta(days=1), learn_ways, LONG),
    Task("uploads", timedelta(hours=1), forget_uploads, LONG),
    Task("merges", timedelta(days=1), forget_merges, LONG),
    Task("exports", timedelta(hours=1), forget_files, LONG),
)
