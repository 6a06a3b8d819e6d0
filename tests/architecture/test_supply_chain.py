"""What comes from elsewhere: known by its hash, under a licence that suits us, and asked about honestly."""

import json
import re
import sys
from datetime import date
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from importlib.metadata import metadata
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
PINNED = ("requirements", "requirements-dev", "requirements-tools")
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", re.MULTILINE)
ENTRY = re.compile(r"[\w.-]+==\S+(?: ;[^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+")
# Licences of what runs with us. The LGPL is for PostgreSQL's driver alone, which we use as it is and never change.
SUITS = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0",
    "Zlib",
}  # fmt: skip
LGPL = {"psycopg", "psycopg-binary"}
SAYS_NOTHING = {"sqlcipher3": "Zlib"}  # its LICENSE file does
OURS = {".css", ".js", ".svg"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    return {plain(name): version for name, version in PIN.findall(path.read_text(encoding="utf-8"))}


def listed(name: str) -> dict[str, str]:
    """The pins of a list, those included that it takes from another."""
    path = ROOT / f"{name}.txt"
    more = re.findall(r"^-r (\S+)\.txt$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {key: version for part in more for key, version in listed(part).items()} | pins(path)


@pytest.mark.proves("PD-14")
@pytest.mark.parametrize("name", PINNED)
def test_every_package_is_locked_by_the_hashes_of_its_files(name):
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    wanted, locked = listed(name), pins(ROOT / f"{name}.lock")

    assert {key: locked.get(key) for key in wanted} == wanted, "a version was changed: run `make lock`"
    assert name == "requirements-tools" or locked.keys() == wanted.keys()  # what they bring along stands in the list
    assert re.sub(ENTRY, "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)) == ""  # nothing without hashes
    assert "://" not in text  # whoever installs chooses the registry; the hash says that it is the right file


@pytest.mark.proves("PD-14")
def test_only_what_is_locked_is_installed():
    setup = (ROOT / "bin/setup").read_text(encoding="utf-8")
    orders = re.findall(r"-m pip install(?:[^\n]|\\\n)+", setup.replace("\\\n", " "))

    assert len(orders) == 2 and all("--require-hashes" in order for order in orders)


def licences(name: str) -> set[str]:
    """The licences a package names, of which any `OR` lets us choose."""
    told = metadata(name)
    if expression := told["License-Expression"]:
        options = [set(re.split(r" AND ", part.strip("() "))) for part in expression.split(" OR ")]
        return next((option for option in options if option <= SUITS), options[0])
    classifiers = [c.rsplit(" :: ", 1)[1] for c in told.get_all("Classifier") or () if c.startswith("License ::")]
    short = (told["License"] or "").strip().splitlines()[:1]
    return {one.removesuffix(" License") for one in classifiers} or {*short} or {SAYS_NOTHING.get(name, "unknown")}


@pytest.mark.proves("PD-14")
def test_what_runs_with_us_may_be_used_by_a_company():
    packages = {**listed("requirements"), **pins(ROOT / "requirements-planning.txt")}
    refused = {}
    for name in sorted(packages):
        allowed = SUITS | ({"LGPL-3.0-only"} if name in LGPL else set())
        if not (found := licences(name)) <= allowed:
            refused[name] = found

    assert len(packages) > 30 and refused == {}


def test_the_licence_of_the_gpl_would_be_noticed():
    assert licences("psycopg") == {"LGPL-3.0-only"} and not licences("psycopg") <= SUITS
    assert licences("numpy") <= SUITS and licences("wtforms") == {"BSD"}


@pytest.mark.proves("PD-14", "PD-15")
def test_what_others_wrote_is_served_unchanged_and_nothing_lies_beside_it():
    parts = json.loads((STATIC / "vendor/MANIFEST.json").read_text(encoding="utf-8"))
    sums = {name: digest for part in parts for name, digest in part["files"].items()}
    licence_files = {part["licence_file"] for part in parts}
    lying = {path.name: path for path in (STATIC / "vendor").iterdir()}

    assert lying.keys() == {*sums, *licence_files, "MANIFEST.json"}
    assert {name: sha256(lying[name].read_bytes()).hexdigest() for name in sums} == sums
    assert {part["licence"] for part in parts} <= SUITS
    ours = [path for folder in STATIC.iterdir() if folder.name != "vendor" for path in folder.rglob("*")]
    assert {folder.name for folder in STATIC.iterdir()} == {"css", "img", "js", "vendor"}
    assert [path for path in ours if path.suffix not in OURS or path.is_symlink()] == []


@pytest.fixture
def audit():
    loader = SourceFileLoader("audit", str(ROOT / "bin/audit"))
    module = module_from_spec(spec_from_loader("audit", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def told_by(tmp_path):
    """A stand-in for the tool: says what it is given of each package of the list, and that the known-bad one is bad."""
    fault = {"id": "PYSEC-1", "aliases": ["CVE-2019-10906"]}

    def _told_by(of_flask=None, *, of_bad=None, instead=""):
        script, bad = tmp_path / "tool.py", {"vulns": [fault]} if of_bad is None else of_bad
        script.write_text(f"""import json, re, sys
if {instead!r}: sys.exit({instead!r})
text = open(sys.argv[-1], encoding="utf-8").read()
rows = [{{"name": n, "version": v, "vulns": []}} for n, v in re.findall(r"^([\\w.-]+)==([^ ;\\\\]+)", text, re.M)]
for row in rows:
    if row["version"] == "2.10": row.update({bad!r})
    if row["name"] == "flask": row.update({of_flask or {}!r})
print(json.dumps({{"dependencies": [r for r in rows if r["version"]]}}))
""")
        return [sys.executable, str(script)]

    return _told_by


TODAY = date(2026, 11, 26)
FAULT = {"vulns": [{"id": "GHSA-1", "aliases": ["CVE-2026-1"]}]}


@pytest.mark.proves("PD-14")
def test_an_audit_that_found_nothing_or_something_says_so(audit, told_by, capsys):
    assert audit.main(TODAY, told_by()) == audit.FINE

    assert audit.main(TODAY, told_by(FAULT)) == audit.FAULTS
    assert "flask 3.1.3: GHSA-1, CVE-2026-1" in capsys.readouterr().err


@pytest.mark.proves("PD-14")
@pytest.mark.parametrize(("answers", "said"), [
    ({"instead": "ConnectionError: no such host"}, "could not be looked up: ConnectionError: no such host"),
    ({"of_flask": {"skip_reason": "not found"}}, "skipped flask"),
    ({"of_flask": {"version": ""}}, "nothing was said of flask"),
    ({"of_bad": {}}, "known to be bad was called fine"),
])  # fmt: skip
def test_an_audit_that_could_not_look_at_everything_fails(answers, said, audit, told_by, capsys):
    assert audit.main(TODAY, told_by(**answers)) == audit.BLIND

    told = capsys.readouterr()
    assert "NOT AUDITED" in told.err and said in told.err and "known faults" not in told.out


@pytest.mark.proves("PD-14")
def test_a_fault_is_ignored_until_a_day_and_for_a_reason(audit, tmp_path):
    listed = "# a comment\nCVE-2026-1 until 2026-11-26 we do not parse such files\n"

    assert audit.still_ignored(listed, TODAY) == {"CVE-2026-1"}
    assert audit.still_ignored(listed, date(2026, 11, 27)) == set()
    for wrong in ("CVE-2026-1", "CVE-2026-1 until 2026-11-26", "CVE-2026-1 until 2026-13-26 why", "CVE-2026-1 because"):
        with pytest.raises(audit.Blind):
            audit.still_ignored(wrong, TODAY)
