"""What the acts tell, what pages listen for and what a user may hear are the same few topics."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from helpdesk.core.access import Role
from helpdesk.core.extensions import db
from helpdesk.live.queries import topics_of

ROOT = Path(__file__).parents[2]


def told():
    """The names of topics that models put together: "orders" of `f"orders:{…}"`."""
    models = [mapper.class_ for mapper in db.Model.registry.mappers]
    properties = [model.topics for model in models if isinstance(getattr(model, "topics", None), property)]
    sources = [inspect.getsource(found.fget) for found in properties]
    return {name for source in sources for name in re.findall(r'f"(\w+):\{', source)}


@pytest.fixture
def heard(person):
    """The names of topics that somebody hears who holds every role."""
    return {topic.partition(":")[0] for topic in topics_of(person("Kim", *Role))}


def test_somebody_may_hear_of_everything_that_is_told(heard):
    names = {"callbacks", "calls", "cases", "duty", "jobs", "orders", "outages", "praise", "rings", "waivers"}
    assert told() == heard == names
    assert told() == heard == names


def test_pages_listen_for_what_is_told():
    pages = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))

    assert set(re.findall(r"(\w+):\{\{[^}]*\}\}-changed", pages)) == told()


def test_acts_take_their_topics_from_the_record_they_are_about():
    """No act makes a topic up: no text stands behind `topics=`."""
    for path in sorted((ROOT / "helpdesk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "topics":
                pieces = {type(piece) for piece in ast.walk(node.value)}
                assert not {ast.Constant, ast.JoinedStr} & pieces, ast.unparse(node)
