"""What the owner of an account has to be told before they can come in: made with the password, and never again."""

from dataclasses import dataclass

from flask_babel import gettext as _

from helpdesk.accounts.device_actions import device_kind
from helpdesk.accounts.device_models import DeviceKind
from helpdesk.accounts.device_queries import has_pin
from helpdesk.accounts.models import User
from helpdesk.accounts.second_step import must_have
from helpdesk.accounts.sessions import locks_itself
from helpdesk.core import clock
from helpdesk.core.local_paths import whole_address


@dataclass(frozen=True, slots=True)
class Handout:
    """`facts` are to be typed, in this order; `steps` are what the owner will be asked to do."""

    name: str
    facts: list[tuple[str, str]]
    ends: str
    steps: list[str]

    @property
    def text(self) -> str:
        """The same for a message."""
        facts = [_("%(label)s: %(value)s", label=label, value=value) for label, value in self.facts]
        steps = [f"{number}. {step}" for number, step in enumerate(self.steps, 1)]
        return "\n".join([*facts, self.ends, *steps])


def handout_for(user: User, password: str) -> Handout | None:
    """Nothing for who has a password of their own already."""
    if user.password_expires_at is None:
        return None
    facts = [
        (_("Web address"), whole_address("home.index")), (_("Account"), user.username), (_("First password"), password),
    ]  # fmt: skip
    until = f"{clock.local(user.password_expires_at):%Y-%m-%d %H:%M}"
    ends = _("The password is for one sign-in, until %(time)s; after that ask for a new one.", time=until)
    return Handout(user.name, facts, ends, _steps(user))


def _steps(user: User) -> list[str]:
    steps = [_("Choose a password of your own, which nobody else knows.")]
    if must_have(user) and user.second_step_since is None:
        steps.append(_(
            "Set up the second step: have your mobile phone at hand, with an app that shows six digits "
            "(in WeChat the mini-program 腾讯身份验证器), and put the ten recovery codes on paper."
        ))  # fmt: skip
    if has_pin(user):
        return steps
    if device_kind(user) is DeviceKind.PHONE:
        steps.append(_("Under “My account” set a PIN, then tap “This is my phone”: from then on the PIN is enough."))
    elif locks_itself(user):
        steps.append(_("Under “My account” set a PIN: it unlocks your screen when you were away."))
    return steps
