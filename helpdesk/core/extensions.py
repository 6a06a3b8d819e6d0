"""Flask extensions, created unbound; create_app() binds them."""

import enum

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase, registry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
CODES = Enum(
    enum.StrEnum,
    values_callable=lambda codes: [code.value for code in codes],
    native_enum=False,
    create_constraint=True,
    length=40,
)


class Base(DeclarativeBase):
    """Enums are stored by value with a CHECK; constraints get predictable names, so migrations can drop them."""

    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map={enum.StrEnum: CODES})


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
csrf = CSRFProtect()
login = LoginManager()
babel = Babel()
