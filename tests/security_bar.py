"""What must hold for safety, privacy and reliability, and which tests prove it: `python -m tests.security_bar`.

A test says what it proves by `@pytest.mark.proves("AU-06")`, or for a whole file by `pytestmark`. This writes the
table of docs/security.md from those marks; `tests/architecture/test_security_bar.py` keeps it true.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- proofs: written by python -m tests.security_bar -->", "<!-- end of proofs -->"

TITLES = {
    "AU": "Signing in and sessions",
    "AC": "Who may what",
    "WB": "In the browser",
    "FI": "Files, imports, exports, outside",
    "PD": "Personal data, history, secrets, logs",
    "RE": "Reliability",
    "PC": "Faults that others had",
}
REQUIREMENTS = {
    "AU-01": "Passwords: a least length by role, up to 128 of any characters, never cut or folded",
    "AU-02": "Common passwords, and those made of names of the house or the person, are refused",
    "AU-03": "Passwords are kept as argon2id; a weaker hash is renewed at the next sign-in",
    "AU-04": "Guessing is slowed per account and per address, over restarts too, and locks nobody out for good",
    "AU-05": "An unknown name, a wrong password and a disabled account get one and the same answer",
    "AU-06": "A new session number at sign-in, at the second step and when roles or password change",
    "AU-07": "Signing out ends the session on the server: a copied cookie is dead",
    "AU-08": "Sessions end when idle, by role, and after 20 hours; pages that refresh themselves do not count",
    "AU-09": "A warning before the idle end, and signing in again without losing typed text",
    "AU-10": "Disabling an account or changing its roles takes hold in every session at once",
    "AU-11": "People see and end their own sessions, administrators anybody's; a new password offers it",
    "AU-12": "Without a second step, whoever needs one reaches nothing but its enrolment",
    "AU-13": "A code counts once, for one step around now, five tries; its secret is sealed",
    "AU-14": "Ten recovery codes, each once, kept as hashes; a reset needs a second administrator or the command line",
    "AU-15": "A first start has no account; one link makes the first administrator; temporary passwords end",
    "AU-16": "Identity is proved again before dangerous acts",
    "AU-17": "Password fields take pasting and password managers",
    "AU-18": "One cookie with nothing in it but a number, and every protection a cookie can have",
    "AC-01": "Every route names who may ask it; nothing is open by omission",
    "AC-02": "Every route, with every method, as every role",
    "AC-03": "A technician reaches only their own work: pages, parts, photos, prints, search, counts",
    "AC-04": "Field by field: who is sent what, over every page as every role",
    "AC-05": "Fields that a form does not have change nothing",
    "AC-06": "Nobody decides a waiver who had a part in it or gains by it; limits; also in the database",
    "AC-07": "A decision holds for what was shown; an edit in between voids it",
    "AC-08": "States change along the table of moves only",
    "AC-09": "Links for outsiders cannot be guessed, end, and tell little",
    "AC-10": "Unmasking is one record at a time, noted, and limited",
    "AC-11": "What was refused is noted with who and where, without what was typed",
    "AC-12": "Reading changes nothing",
    "WB-01": "Every change needs the token of this page; the exceptions are a list",
    "WB-02": "A change asked for by another site is refused",
    "WB-03": "Parts of pages carry the token; after a session ended, signing in goes on where one was",
    "WB-04": "The strict content policy is on every answer",
    "WB-05": "No page and no act breaks the policy or writes an error into the console",
    "WB-06": "No template runs code",
    "WB-07": "Hostile text in every column is shown as text",
    "WB-08": "Links given by people lead nowhere by themselves",
    "WB-09": "Nothing typed is taken for an instruction of the page",
    "WB-10": "Nothing personal stays in the browser after signing out",
    "WB-11": "Pages are never stored; signing out clears what was",
    "WB-12": "A part asked for alone is a whole page; an ended session never puts a sign-in page into a part",
    "WB-13": "After signing in one lands on this site only",
    "WB-14": "The other protective headers, with exact values",
    "WB-15": "Nonsense in any address or form is refused and breaks nothing",
    "WB-16": "Foreign host names are refused",
    "WB-17": "Forwarded addresses are believed from as many proxies as are set, and no more",
    "WB-18": "Usable by keyboard and with a screen reader",
    "FI-01": "A limit for every body, and a page that says so",
    "FI-02": "Photos are what can be decoded, within limits; nothing else",
    "FI-03": "Stored photos hold the picture and nothing else",
    "FI-04": "Files get names of our own; theirs are data",
    "FI-05": "A file is served by the rule of its record",
    "FI-06": "Uploads stop before the disk is full; calls go on",
    "FI-07": "A workbook is measured before it is opened",
    "FI-08": "An import is looked at first, all or nothing, and each file once",
    "FI-09": "No cell of an export is a formula",
    "FI-10": "Every export is noted, and people in it need a reason and proof of identity",
    "FI-11": "Nothing is sent to addresses inside the house",
    "FI-12": "Reports from outside need their token, and count once",
    "FI-13": "A message that cannot be sent waits, is tried again, and is told",
    "FI-14": "Nothing typed reaches the head of a message",
    "PD-01": "Secrets and scans are sealed, bound to their row",
    "PD-02": "Keys are changed on live data, and a kill in between loses nothing",
    "PD-03": "Nothing personal in addresses, titles or texts of notifications",
    "PD-04": "Masked by default, by one function",
    "PD-06": "The history cannot be changed, by the program or by SQL",
    "PD-07": "The history proves that nothing was changed, cut, put in or moved; its head is printed",
    "PD-08": "What must be in the history is, in the same transaction",
    "PD-09": "Every class of data ends, with a trial run, a hold and a report",
    "PD-10": "One person's data can be given, corrected and erased, with a second person's consent",
    "PD-11": "No line of a log tells whom it was about",
    "PD-12": "Errors tell a number and nothing of the inside",
    "PD-13": "Keys that are missing, short or examples do not start",
    "PD-14": "What is installed and shipped is known by its hash and its licence",
    "PD-15": "Nothing for developers is reachable; health tells details to few",
    "RE-01": "The settings of SQLite hold on every connection",
    "RE-02": "Many at once, and nobody is told that the database is locked",
    "RE-03": "Two editors of one record: the second is told, and loses nothing",
    "RE-04": "Numbers are without a gap, and what is claimed is claimed once",
    "RE-05": "What is sent twice is done once",
    "RE-06": "What was kept without a signal is checked when it comes, and never lost",
    "RE-07": "Times are moments; days are those of the estate",
    "RE-08": "A year without its holidays works, and is told",
    "RE-09": "Scheduled work is done once by any number of workers, and caught up",
    "RE-10": "A kill at any moment loses nothing that was answered",
    "RE-11": "A full disk is told, and harms nothing",
    "RE-12": "A backup made while working restores elsewhere; a broken one is refused",
    "RE-13": "Migrations keep everything, on both databases",
    "RE-14": "No page asks more for longer lists",
    "RE-15": "Slow visitors and heavy work leave room for the desk",
    "RE-16": "Health looks at what matters and says which",
    "RE-17": "Searches, looks, exports and public pages have limits",
    "RE-18": "The database goes away and comes back",
    "PC-01": "Another estate's record through any form: as if there were none",
    "PC-02": "An attachment without its permission",
    "PC-03": "A live channel that tells what its reader may not know",
    "PC-04": "Parts and errors without the policy",
    "PC-05": "Sort and filter words that reach the database",
    "PC-06": "Stored scripts, and files shown as pages",
    "PC-07": "Formulas in exports",
    "PC-08": "Requests sent inside by an address from outside",
    "PC-09": "Links made of names; redirects to elsewhere",
    "PC-10": "Telling who has an account; throttles that forget with the cookie",
    "PC-11": "Tokens that are empty, cut, used twice or never end",
    "PC-12": "Writing to the call log without being somebody",
    "PC-13": "A planner that lets anybody delete",
    "PC-14": "A history that can be passed by or cleared",
    "PC-15": "A slow network that sends one thing three times",
}
INAPPLICABLE = {
    "PD-05": "No identity number is stored, so there is none to search for: only the last four characters of a paper.",
}


def proofs() -> dict[str, list[str]]:
    """The tests that prove each requirement, as `folder/file.py: name`."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("tests/*/test_*.py")):
        where = path.relative_to(ROOT / "tests").as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pytestmark":
                for one in marked([node.value]):
                    found.setdefault(one, []).append(where)
            elif isinstance(node, ast.FunctionDef):
                for one in marked(node.decorator_list):
                    found.setdefault(one, []).append(f"{where}: {node.name}")
    return found


def marked(nodes) -> Iterator[str]:
    for node in nodes:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "proves":
                yield from (word.value for word in call.args)


def table() -> str:
    found, lines = proofs(), []
    for letters, title in TITLES.items():
        lines += [f"\n### {title}\n", "| | what holds | proved by |", "|---|---|---|"]
        for one, words in REQUIREMENTS.items():
            if one.startswith(letters):
                names = [name.replace("_", "\\_") for name in found.get(one, [])]
                shown = "<br>".join(names[:4]) + (f"<br>and {len(names) - 4} more" if len(names) > 4 else "")
                lines.append(f"| {one} | {words} | {shown} |")
    lines += ["\n### Does not apply\n", *(f"* **{one}**: {why}" for one, why in INAPPLICABLE.items()), ""]
    return "\n".join(lines)


def with_table(page: str) -> str:
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
