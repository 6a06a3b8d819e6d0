"""Property-service helpdesk: the application factory."""

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from helpdesk import (
    accounts,
    admin,
    audit,
    backup,
    billing,
    callbacks,
    cases,
    config,
    dayplans,
    demo,
    dispatch,
    doctor,
    duty,
    entry,
    escalation,
    estate,
    exports,
    handover,
    home,
    hotline,
    keys,
    live,
    looks,
    neighbours,
    notices,
    notify,
    outages,
    parties,
    privacy,
    reactions,
    repairs,
    retention,
    routines,
    scheduling,
    search,
    storm,
    tariff,
    tasks,
    technicians,
    telephony,
    travel,
    verification,
    waiver_reports,
    waivers,
    windows,
    workdays,
    worker,
)
from helpdesk.core import (
    access,
    arriving,
    body_limits,
    chosen_estate,
    errors,
    headers,
    ids,
    local_paths,
    sealing,
    static_files,
    transactions,
    words,
)
from helpdesk.core.extensions import csrf, db, migrate

ROOT = Path(__file__).resolve().parents[1]


def create_app(env: Mapping[str, str] = os.environ) -> Flask:
    """Build one application: config, then extensions, then features. Nothing else."""
    instance = Path(env.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    app = Flask(
        __name__, instance_path=str(instance), template_folder=ROOT / "templates", static_folder=ROOT / "static"
    )
    app.config.from_mapping(config.load(env, instance))
    app.jinja_env.undefined = StrictUndefined
    db.init_app(app)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations")
    for part in (ids, transactions, sealing, errors):
        part.init_app(app)
    arriving.init_app(app, accounts.sessions.number_of_somebody)
    for part in (headers, body_limits, static_files, words, chosen_estate):
        part.init_app(app)
    for part in (accounts.sessions, entry.gate, home, reactions):
        part.init_app(app)
    csrf.init_app(app)  # after the check for other sites
    app.jinja_env.globals |= {
        "can": access.can, "can_anywhere": access.can_anywhere, "me": access.me, "newest_seq": audit.queries.newest_seq,
        "head_on_paper": audit.queries.head_on_paper, "whole_address": local_paths.whole_address,
    }  # fmt: skip
    for feature in (
        accounts,
        admin,
        billing,
        callbacks,
        cases,
        dayplans,
        dispatch,
        duty,
        entry,
        escalation,
        estate,
        exports,
        handover,
        hotline,
        live,
        looks,
        neighbours,
        notices,
        notify,
        outages,
        parties,
        privacy,
        repairs,
        retention,
        routines,
        scheduling,
        search,
        storm,
        tariff,
        technicians,
        telephony,
        travel,
        verification,
        waiver_reports,
        waivers,
        windows,
        workdays,
    ):
        app.register_blueprint(feature.views.bp)
    app.register_blueprint(accounts.lock_views.bp)
    app.register_blueprint(entry.own_views.bp)
    app.register_blueprint(admin.access_views.bp)
    app.register_blueprint(estate.import_views.bp)
    app.register_blueprint(billing.book_views.bp)
    app.register_blueprint(scheduling.calendar_views.bp)
    app.register_blueprint(dispatch.output_views.bp)
    app.register_blueprint(repairs.category_views.bp)
    app.register_blueprint(waivers.life_views.bp)
    app.register_blueprint(home.bp)
    for feature in (admin, audit, backup, billing, dayplans, demo, estate, exports, keys, retention):
        app.cli.add_command(feature.commands.group)
    app.cli.add_command(worker.commands.command(tasks.TASKS))
    app.cli.add_command(backup.commands.restore_command(create_app))
    app.cli.add_command(doctor.commands.doctor)
    with app.app_context():
        keys.start.meet_database()
    return app
