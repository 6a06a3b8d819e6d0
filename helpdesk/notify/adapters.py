"""What carries messages. One is shipped: it writes into the log that there would be one, which is for trying out.

An adapter has `send(message_id, template, variables, digits) -> Result`, and never raises for what it can say.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from helpdesk.notify.models import Template

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"  # may go better later
    REFUSED = "refused"  # never will


@dataclass(frozen=True)
class Result:
    outcome: Outcome
    provider_ref: str = ""
    error_code: str = ""
    retry_after: timedelta | None = None


class Adapter(Protocol):
    def send(self, message_id: str, template: Template, variables: dict, digits: str) -> Result: ...


class LogAdapter:
    """Says in the log which message would go out; neither to whom nor about what."""

    def send(self, message_id: str, template: Template, variables: dict, digits: str) -> Result:
        log.warning("message %s %s", message_id, template.value)
        return Result(Outcome.SENT, provider_ref="log")


def configured(name: str) -> Adapter | None:
    """The adapter of the setting MESSAGE_ADAPTER; None where there is none."""
    return {"log": LogAdapter()}.get(name)
