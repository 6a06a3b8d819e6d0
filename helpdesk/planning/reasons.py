from helpdesk.planning.model import *
from dataclasses import replace
def explain(state):
    r=state.tables.ready
    return replace(state.plan(), unserved=tuple(Unserved(v.id, r.reasons[n] or Reason.FULL) for n,v in enumerate(r.visits) if not state.where[n]))
