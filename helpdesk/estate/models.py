"""Estates, the places in them, the people who live there, and the numbers that reach them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.accounts.models import User
from helpdesk.core.clock import UTCDateTime
from helpdesk.core.extensions import db
from helpdesk.core.versions import Versioned


class PlaceKind(StrEnum):
    DWELLING = "dwelling"
    GARAGE = "garage"
    SHOP = "shop"
    COMMON_AREA = "common_area"


class Use(StrEnum):
    """How a dwelling is used."""

    OWN = "own"
    LET = "let"
    VACANT = "vacant"


class OccupancyRole(StrEnum):
    OWNER = "owner"
    HEAD = "head"
    MEMBER = "member"
    TENANT = "tenant"


class OccupancyEnd(StrEnum):
    MOVED = "moved"
    SOLD = "sold"
    DIED = "died"


class CareFlag(StrEnum):
    """What whoever rings or knocks must know."""

    HEARING = "hearing"
    MOBILITY = "mobility"
    DIALECT = "dialect"
    LIVES_ALONE = "lives_alone"


class PreferredChannel(StrEnum):
    """How somebody wants to be told something."""

    CALL = "call"
    SMS = "sms"
    WECHAT = "wechat"
    AT_THE_DOOR = "at_the_door"


class Estate(db.Model):
    __tablename__ = "estate"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    subdistrict: Mapped[str] = mapped_column(String(80), default="")
    community: Mapped[str] = mapped_column(String(80), default="")
    hotline: Mapped[str] = mapped_column(String(20), default="")  # the number residents ring, digits only
    area_code: Mapped[str] = mapped_column(String(4), default="0523")  # put before local landline numbers


class Place(Versioned, db.Model):
    """Anywhere work can happen: a dwelling, a garage, a shop, or something that all share.

    `address` is how staff write it ("3-2-501", "3-车12", "小区北门"); `stairwell` is the common area whose stop
    valve and breaker serve this place. Area is in 0.01 m², unit price in 0.01 fen a square metre and month.
    """

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("estate_id", "address"),
        UniqueConstraint("estate_id", "home_no"),
        Index(None, "estate_id", "building_no", "unit_no", "floor_no", "room_no"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    estate: Mapped[Estate] = relationship()
    kind: Mapped[PlaceKind]
    address: Mapped[str] = mapped_column(String(60))
    building_no: Mapped[int | None]
    unit_no: Mapped[int | None]
    floor_no: Mapped[int | None]
    room_no: Mapped[str | None] = mapped_column(String(10))
    home_no: Mapped[str | None] = mapped_column(String(4))  # 户号, on the fridge card
    use: Mapped[Use | None]
    area: Mapped[int | None]
    unit_price: Mapped[int | None]
    door_note: Mapped[str] = mapped_column(Text, default="")  # "敲门要重": for whoever comes
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    stairwell: Mapped["Place | None"] = relationship(remote_side=[id])
    crib: Mapped["Crib | None"] = relationship(foreign_keys="Crib.place_id")
    flood: Mapped["FloodMark | None"] = relationship()


class FloodMark(db.Model):
    """A place that water reaches when it rains hard; `words` say how high it came, or from where."""

    __tablename__ = "flood_mark"
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(200), default="")


class Crib(db.Model):
    """What an operator must know of a stairwell at 02:14: where the valve and the breaker are, who has the key."""

    __tablename__ = "crib"
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    stop_valve: Mapped[str] = mapped_column(Text, default="")
    breaker: Mapped[str] = mapped_column(Text, default="")
    key_holder: Mapped[str] = mapped_column(Text, default="")
    utility_numbers: Mapped[str] = mapped_column(Text, default="")
    usual_answers: Mapped[str] = mapped_column(Text, default="")


class OpeningPosition(db.Model):
    """How far a place was paid for, and what was owed, when its register was taken over; billing begins from here.

    `paid_until` is the last day that is paid for; it is not known of every place.
    """

    __tablename__ = "opening_position"
    __table_args__ = (CheckConstraint("arrears_fen >= 0", name="arrears_not_negative"),)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    paid_until: Mapped[date | None]
    arrears_fen: Mapped[int]
    as_of: Mapped[date]


class Person(Versioned, db.Model):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    birth_year: Mapped[int | None]
    hearing: Mapped[bool] = mapped_column(default=False)  # hears badly
    mobility: Mapped[bool] = mapped_column(default=False)  # walks with difficulty
    dialect: Mapped[bool] = mapped_column(default=False)  # speaks dialect only
    lives_alone: Mapped[bool] = mapped_column(default=False)
    emergency_contact: Mapped[str] = mapped_column(String(120), default="")
    occupancies: Mapped[list["Occupancy"]] = relationship(back_populates="person", order_by="Occupancy.id")
    phones: Mapped[list["Phone"]] = relationship(secondary="phone_person", back_populates="people")
    note: Mapped["PersonNote | None"] = relationship(lazy="joined", foreign_keys="PersonNote.person_id")

    @property
    def died_on(self) -> date | None:
        return self.note and self.note.died_on

    @property
    def care_flags(self) -> list[CareFlag]:
        return [flag for flag in CareFlag if getattr(self, flag.value)]


class PersonNote(db.Model):
    """What few people need: how they want to be told, when they died, and which record they turned out to be.

    A person merged into another (`became_id`) keeps the row and the id, so that old addresses lead on; nothing else
    points to them any more.
    """

    __tablename__ = "person_note"
    __table_args__ = (CheckConstraint("became_id IS NULL OR became_id != person_id", name="became_another"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[PreferredChannel | None]
    died_on: Mapped[date | None]
    became_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class Occupancy(db.Model):
    """Who lives in or owns a place, from `from_on` up to but not including `until_on` (local dates)."""

    __tablename__ = "occupancy"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_began"),
        CheckConstraint("(until_on IS NULL) = (end_reason IS NULL)", name="end_has_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship(back_populates="occupancies")
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    place: Mapped[Place] = relationship()
    role: Mapped[OccupancyRole]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    end_reason: Mapped[OccupancyEnd | None]

    def holds_on(self, day: date) -> bool:
        """Whether somebody lives in or owns the place on a local date; in SQL: `estate.queries.lives_there`."""
        return self.from_on <= day and (self.until_on is None or self.until_on > day)


class Phone(db.Model):
    """A number, in the form of `phone_numbers.normalise`; it may reach several people and several places."""

    __tablename__ = "phone"
    __table_args__ = (UniqueConstraint("estate_id", "digits"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    digits: Mapped[str] = mapped_column(String(20))
    people: Mapped[list[Person]] = relationship(secondary="phone_person", back_populates="phones")
    places: Mapped[list[Place]] = relationship(secondary="phone_place")


class PhoneNote(db.Model):
    """A number that was another one, written wrongly: it stays as a pointer to the number it became."""

    __tablename__ = "phone_note"
    __table_args__ = (CheckConstraint("became_id != phone_id", name="became_another"),)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id"), primary_key=True)
    became_id: Mapped[int] = mapped_column(ForeignKey("phone.id"), index=True)


class RegisterMerge(db.Model):
    """What a merge changed, so that it can be undone; forgotten after thirty days, because it repeats what was known.

    `moves` are the rows that followed, as table, column and the rest of their key; `before` and `after` hold what
    was changed beside them: links and homes that both had, and what the kept record took over.
    """

    __tablename__ = "register_merge"
    __table_args__ = (Index(None, "estate_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    of_people: Mapped[bool]
    kept_id: Mapped[int]
    merged_id: Mapped[int]
    moves: Mapped[list] = mapped_column(JSON)
    before: Mapped[dict] = mapped_column(JSON)
    after: Mapped[dict] = mapped_column(JSON)
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    merged_by: Mapped[User] = relationship()
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)


phone_person = Table(
    "phone_person",
    db.metadata,
    Column("phone_id", ForeignKey("phone.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)
phone_place = Table(
    "phone_place",
    db.metadata,
    Column("phone_id", ForeignKey("phone.id"), primary_key=True),
    Column("place_id", ForeignKey("place.id"), primary_key=True, index=True),
)


class SearchKind(StrEnum):
    PHONE = "phone"  # every tail of the number, so that any part of it is the beginning of a key
    NAME = "name"  # every tail of the name
    PINYIN = "pinyin"
    INITIALS = "initials"
    ADDRESS = "address"  # "3-2-501", "32501", "501"
    HOME_NO = "home_no"


class SearchKey(db.Model):
    """One way of finding a person, a number or a place: what is typed is the beginning of `key`.

    Written with the record it finds; read by range (`key >= typed AND key < typed + last character`), which
    an index answers on every database.
    """

    __tablename__ = "search_key"
    __table_args__ = (
        Index(None, "estate_id", "kind", "key"),
        CheckConstraint(
            "(person_id IS NOT NULL AND place_id IS NULL AND phone_id IS NULL) OR "
            "(person_id IS NULL AND place_id IS NOT NULL AND phone_id IS NULL) OR "
            "(person_id IS NULL AND place_id IS NULL AND phone_id IS NOT NULL)",
            name="finds_one_thing",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    estate_id: Mapped[int] = mapped_column(ForeignKey("estate.id"))
    kind: Mapped[SearchKind]
    key: Mapped[str] = mapped_column(String(80).with_variant(String(80, collation="C"), "postgresql"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"), index=True)
