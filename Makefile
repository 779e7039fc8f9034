# make run              everything, from a fresh clone
# make check            while you work: style, types, imports, and the tests that need only Python
# make test             all tests, with the same random examples each time
# make test-random      all tests, with new random examples
# make chaos            500 new campaigns of faults around real processes; COUNT=, SEED=
# make test-warehouses  the same marts on DuckDB, Postgres and Spark
# make coverage         which lines and branches the tests of `make check` do not reach
# make lint             style, types, the direction of imports, and spelling
# make release          wheel, sdist and SBOM in dist/, from what is committed; published by hand
# make audit            is anything in requirements.lock, or LOCK=..., known to be vulnerable? (asks PyPI)
# make audit-workflows  are the workflows of GitHub sound?
# make hooks            from now on, git checks each commit
# make connect          the page that connects an account and takes exports
# make docs             the documentation as a site, in output/site
# make reference        writes the tables of settings and columns in docs/ anew, from code
# make bench            renews benchmarks/RESULTS.md
# make lock             renews the lock files
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

# A company's proxy signs with its own authority: uv then wants the system's certificates.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
# Python 3.11 cannot read the path of this folder in the encoding of C, where it is not ASCII.
ifneq ($(filter C POSIX,$(LC_ALL)),)
export LC_ALL := C.UTF-8
endif
# One quiet pipeline: nothing calls home.
export DO_NOT_TRACK := 1

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Spark, S3 and what else only the tests of the warehouses need.
WAREHOUSES := .venv-warehouses
# What builds the documentation's site: it and dbt need different versions of a package.
DOCS := .venv-docs

.PHONY: help run check test test-random test-quick chaos coverage lint hooks docs reference bench lock record seeds connect screenshots

$(STAMP): requirements.lock pyproject.toml scripts/environment
	@scripts/environment $(PYTHON) $(VENV)
	@touch $@

# The comment at the top of this file.
help:
	@sed -n '/^#/!q; s/^# //p' Makefile

run: $(STAMP)
	@scripts/run

connect: $(STAMP)
	@$(BIN)/stripe-apex connect $(ARGS)

# The tests start our programs some thousand times. Where PYTHONDONTWRITEBYTECODE is set, as in many
# containers, each start would compile our code again: half of all the time.
check coverage test test-quick test-random test-warehouses chaos: export PYTHONDONTWRITEBYTECODE :=

# Lint and types run beside the tests; what they say is shown when they are done.
check: $(STAMP)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-quick lint

# Many tests wait, so one more of them than there are cores runs.
# Each worker starts with tests that lie side by side, and so makes what they share alone; whoever is
# done first takes from the others.
SPREAD := -n $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))) --dist worksteal

# What these words mean: tests/needs.py.
test-quick: $(STAMP)
	@$(BIN)/pytest -q $(SPREAD) -m "not (browser or dbt or postgres or slow)" $(ARGS)

# Processes that tests start are measured, too. It takes about twice as long as the tests alone.
coverage: $(STAMP)
	@rm -rf output/coverage && mkdir -p output/coverage
	@$(BIN)/coverage run -m pytest -q $(SPREAD) -m "not (browser or dbt or postgres or slow)" $(ARGS)
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

test: $(STAMP)
	@$(BIN)/pytest $(SPREAD) $(ARGS)

# HISTORIES=5000 tries as many in tests/whole/test_histories.py.
test-random: $(STAMP)
	@$(BIN)/pytest $(SPREAD) --hypothesis-profile=new $(ARGS)

# What it does, and what its variables mean: docs/reliability.md and tests/chaos/__main__.py.
chaos: $(STAMP)
	@$(BIN)/python -m tests.chaos

$(WAREHOUSES)/.installed: requirements-warehouses.lock pyproject.toml scripts/environment
	@scripts/environment $(PYTHON) $(WAREHOUSES) requirements-warehouses.lock
	@touch $@

.PHONY: test-warehouses
# Needs a Postgres server and Java: apt-get install postgresql default-jre-headless
test-warehouses: $(WAREHOUSES)/.installed
	@$(WAREHOUSES)/bin/pytest -n 2 --dist loadfile tests/warehouses $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/typos

$(DOCS)/.installed: requirements-docs.lock
	@uv=$$(PYTHON=$(PYTHON) scripts/uv) && [ -x $(DOCS)/bin/python ] || "$$uv" venv --quiet --python $(PYTHON) $(DOCS)
	@VIRTUAL_ENV=$(DOCS) "$$(scripts/uv)" pip sync --quiet --require-hashes requirements-docs.lock
	@touch $@

hooks: $(STAMP)
	$(BIN)/pre-commit install

docs: $(STAMP) $(DOCS)/.installed
	@$(BIN)/python scripts/site.py output/site-source
	@$(DOCS)/bin/zensical build --strict

reference: $(STAMP)
	@$(BIN)/python scripts/reference.py

# Each part, also after one that failed.
bench: $(STAMP)
	@failed=0; for part in tap target target_shapes models; do \
	  echo "== $$part"; $(BIN)/python benchmarks/$$part.py || failed=1; \
	done; exit $$failed

# The pictures in docs/images, anew.
screenshots: $(STAMP)
	SCREENSHOTS=1 $(BIN)/pytest -q tests/app/connect/test_page.py tests/app/connect/test_files_page.py
	$(BIN)/stripe-apex report --output output/report.html
	$(BIN)/python -m tests.app.report.screenshots output/report.html docs/images

record: $(STAMP)
	RECORD=1 $(BIN)/pytest tests/tap/test_wire.py

seeds: $(STAMP)
	$(BIN)/python -m stripe_simulator.seeds transform/seeds/apex

lock:
	scripts/lock

# What builds and audits a release.
RELEASE := .venv-release
LOCK ?= requirements.lock

$(RELEASE)/.installed: requirements-release.lock pyproject.toml scripts/environment
	@scripts/environment $(PYTHON) $(RELEASE) requirements-release.lock
	@touch $@

.PHONY: release audit audit-workflows
release: $(RELEASE)/.installed
	scripts/release $(RELEASE)

audit: $(RELEASE)/.installed
	$(RELEASE)/bin/pip-audit --requirement $(LOCK) --require-hashes --disable-pip --strict

audit-workflows: $(RELEASE)/.installed
	$(RELEASE)/bin/actionlint
	$(RELEASE)/bin/zizmor --offline --no-progress .github
