"""The yardstick: a bare Flask application that shows pages of the same size and rows from the same database.

It does what cannot be left out: one plain SQL query, one template, one answer. There is no signing in, no permission,
no form, no event, no live update. A save is one insert with the same durability. Same server, same threads.
"""

import json
import os
import threading
from datetime import UTC, datetime

from flask import Flask, redirect, render_template_string, request

from helpdesk.config import sqlite
from helpdesk.core.transactions import PREPARED

ROWS = """
SELECT w.number, w.summary, w.urgency, w.status, w.reported_at, p.address
FROM work_order w JOIN place p ON p.id = w.place_id ORDER BY w.id DESC LIMIT ?
"""
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>bare</title></head><body><table>
{% for number, summary, urgency, status, reported_at, address in rows %}
<tr><td>{{ urgency }}</td><td><a href="/work-orders/{{ number }}">{{ number }}</a></td><td>{{ address }}</td>
<td>{{ summary }}</td><td>{{ status }}</td><td>{{ reported_at }}</td></tr>
{% endfor %}
</table><p>{{ filler }}</p></body></html>
"""


def create_app() -> Flask:
    app, own = Flask(__name__), threading.local()
    pages = json.loads(os.environ["BARE_PAGES"])  # name -> how many rows and bytes the page of the product has

    def database():
        if not hasattr(own, "connection"):
            own.connection = sqlite.connect(os.environ["BARE_DATABASE"], isolation_level=None)
            for statement in PREPARED["sqlite"]:
                own.connection.execute(statement)
        return own.connection

    def rendered(name: str) -> str:
        rows = database().execute(ROWS, (pages[name]["rows"],)).fetchall()
        short = render_template_string(PAGE, rows=rows, filler="")
        return short.replace("<p></p>", f"<p>{'-' * (pages[name]['bytes'] - len(short.encode()))}</p>")

    with app.app_context():
        database().execute("CREATE TABLE bare_call (id INTEGER PRIMARY KEY, at TEXT, words TEXT, place_id INT)")
    app.add_url_rule("/<name>", "page", rendered)

    @app.post("/save/<name>")
    def save(name: str):
        connection = database()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO bare_call (at, words, place_id) VALUES (?, ?, ?)",
            (datetime.now(UTC).isoformat(), request.form["words"], request.form["place_id"]),
        )
        connection.execute("COMMIT")
        return rendered(name) if name in pages else redirect("/", 303)

    return app
