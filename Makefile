# The two commands are `make run` and `make test`; both can be repeated at any time. ARGS= goes to what is started.
.PHONY: help run test soak bench lint format words lock audit

PYBABEL := .venv/bin/python -m babel.messages.frontend -q
CHINESE := helpdesk/translations/zh/LC_MESSAGES/messages.po

help: ## show this list
	@sed -n 's/^\([a-z]*\): ## /  make \1\t/p' Makefile

run: ## start the product on http://127.0.0.1:5000 (PORT=8000, HOST=0.0.0.0, DEMO=0 for an empty start)
	@sh bin/setup && exec .venv/bin/python -m helpdesk.serve $(ARGS)

test: ## run all tests, on SQLite, PostgreSQL and in a real browser (ARGS="-k waiver")
	@sh bin/setup dev && exec .venv/bin/python bin/test $(ARGS)

soak: ## run the long tests (TEST_DATABASE=postgresql for the other database)
	@sh bin/setup dev && exec .venv/bin/python bin/test --soak $(ARGS)

bench: ## measure the pages beside bare Flask pages
	@sh bin/setup dev && exec .venv/bin/python -m benchmarks $(ARGS)

lint: ## check the code: rules and formatting
	@sh bin/setup dev
	@.venv/bin/python -m ruff check
	@.venv/bin/python -m ruff format --check

format: ## put the code in form, and mend what ruff can mend safely
	@sh bin/setup dev
	@.venv/bin/python -m ruff check --fix
	@.venv/bin/python -m ruff format

words: ## collect the texts of the product for translation, and compile the translations
	@sh bin/setup dev
	@$(PYBABEL) extract -F babel.cfg -k lazy_gettext -k _l --add-location=file -o .venv/messages.pot .
	@$(PYBABEL) update -N --no-wrap -i .venv/messages.pot -d helpdesk/translations -l zh
	@grep -vE '^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):' $(CHINESE) >.venv/messages.po
	@cp .venv/messages.po $(CHINESE)
	@.venv/bin/python -m babel.messages.frontend compile -d helpdesk/translations --statistics

lock: ## write the locks anew, after a version was changed in requirements*.txt
	@sh bin/lock

audit: ## ask whether a pinned package has a known fault; needs a network, and fails when it could not look
	@sh bin/setup tools && exec .venv/tools/bin/python bin/audit
