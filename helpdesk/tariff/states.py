"""The statuses of price lists and quotes, and the only functions that change them."""

from enum import StrEnum

from flask_babel import gettext as _

from helpdesk.core.errors import Conflict


class ListStatus(StrEnum):
    DRAFT = "list_draft"
    IN_FORCE = "list_in_force"  # from its first day to its last; computed with the dates
    DROPPED = "list_dropped"  # a draft that nobody wants


class QuoteStatus(StrEnum):
    OPEN = "quote_open"
    ACCEPTED = "quote_accepted"
    DECLINED = "quote_declined"
    REPLACED = "quote_replaced"  # by a newer quote, before anybody agreed


def move_list(price_list, to: ListStatus) -> None:
    if price_list.status is not ListStatus.DRAFT:
        raise Conflict(_("Only a draft can be changed. Copy it to a new draft."))
    price_list.status = to


def move_quote(quote, to: QuoteStatus) -> None:
    """A quote is answered once; Conflict afterwards."""
    if quote.status is not QuoteStatus.OPEN:
        raise Conflict(_("This quote was answered already."))
    quote.status = to
