"""What becomes of a request to be erased, and the only function that changes it."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict


class ErasureStatus(StrEnum):
    WAITING = "erasure_waiting"
    DONE = "erasure_done"
    REFUSED = "erasure_refused"
    WITHDRAWN = "erasure_withdrawn"


def move(request, to: ErasureStatus) -> None:
    """From waiting to anything else, once; Conflict if it was decided before."""
    if request.status is not ErasureStatus.WAITING:
        raise Conflict(_("This request was decided already."))
    request.status = to
