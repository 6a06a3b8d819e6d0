from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.access import Role
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.sealed import place_of, register_column
from helpdesk.core.versions import Versioned


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class User(Versioned, UserMixin, db.Model):
    """A member of staff who signs in. `phone` is the number handed to residents, digits only.

    `is_demo` is set by the demonstration alone: its accounts are known to everybody, and need no second step.
    """

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[Language] = mapped_column(default=Language.ZH)
    theme: Mapped[Theme] = mapped_column(default=Theme.AUTO)
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    password_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of one that an administrator chose
    second_step_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    looks_stopped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # last, for looking too often
    roles: Mapped[list["UserRole"]] = relationship(cascade="all, delete-orphan")

    @property
    def is_active(self) -> bool:
        return self.active


class UserRole(db.Model):
    __tablename__ = "user_role"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), primary_key=True, index=True)


class Session(db.Model):
    """One browser that is signed in. Only a hash of its cookie is kept; an ended row makes every copy useless."""

    __tablename__ = "session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the password, last (see `proof`)
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by hand, or by the page (see `locking`)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # to unlock it, in vain
    browser: Mapped[str] = mapped_column(String(20), default="other", server_default="other")  # as it said itself
    system: Mapped[str] = mapped_column(String(20), default="other", server_default="other")


class Throttle(db.Model):
    """How often something was tried since `since`; `key` is a hash, so the table tells nobody's name."""

    __tablename__ = "throttle"
    __table_args__ = (CheckConstraint("tries > 0", name="tried"),)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int]


class FirstAdministratorLink(db.Model):
    """The link printed on the console of an installation that has no administrator yet; one at a time."""

    __tablename__ = "first_administrator_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SecondFactor(db.Model):
    """What the app on somebody's phone and we both know, sealed. It counts from `user.second_step_since`.

    `last_step` is the half minute of the newest code that was taken: neither it nor an older one is taken again.
    """

    __tablename__ = "second_factor"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(default=0)
    salt: Mapped[bytes] = mapped_column(LargeBinary)  # of the hashes of the recovery codes

    @property
    def place(self) -> str:
        return place_of(SecondFactor.__table__.c.secret, self.user_id)


register_column(SecondFactor.__table__.c.secret)


class RecoveryCode(db.Model):
    """One of ten codes on paper, for the day on which the phone is lost. Each works once; only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SecondFactorReset(db.Model):
    """One administrator asked to take somebody's second step away; another one has to agree."""

    __tablename__ = "second_factor_reset"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignInStep(db.Model):
    """Whose password was right in a browser that has not given its code yet. It is no session, and opens nothing."""

    __tablename__ = "sign_in_step"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)


class KnownAddress(db.Model):
    """From where somebody signed in: strangers elsewhere who use up their tries do not lock them out here."""

    __tablename__ = "known_address"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
