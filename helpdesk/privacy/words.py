from flask_babel import lazy_gettext as _l

from helpdesk.core.words import register
from helpdesk.privacy.states import ErasureStatus

register({
    ErasureStatus.WAITING: _l("Waits for a second person"),
    ErasureStatus.DONE: _l("Erased"),
    ErasureStatus.REFUSED: _l("Not erased"),
    ErasureStatus.WITHDRAWN: _l("Taken back"),
})  # fmt: skip
