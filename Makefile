# make dev: run a server with demo data. make test: run every check and test. Both need only Python 3.11+.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
WORKERS ?= 1
PYTEST_WORKERS ?= auto
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help install dev migrate seed compile lint quick test bench trials lock

help:
	@echo "make dev [WORKERS=2]   run the server with demo data (uses HOST, PORT, DATABASE_URL, REDIS_URL)"
	@echo "make quick             lint, types and the tests of changed code, in a minute; no browser, no processes"
	@echo "make test              format, lint, import contracts, types, checks, all tests"
	@echo "make compile           compile the code that handles each move; makes the server a sixth faster"
	@echo "make lock              write requirements.lock, after a version in requirements*.txt or constraints.txt changed"
	@echo "make install migrate seed lint bench trials"

install: .venv/.development

dev: .venv/.server
	@$(BIN)/python -m gameplatform --demo --workers $(WORKERS)

migrate: .venv/.server
	$(BIN)/python manage.py migrate

seed: migrate
	$(BIN)/python manage.py seed_demo

lint: export DATABASE_URL = sqlite://:memory:
lint: export PATH := $(CURDIR)/$(BIN):$(PATH)
lint: .venv/.development node_modules/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	$(BIN)/mypy --config-file clients/python/pyproject.toml clients/python/gameplatform_client clients/python/examples
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	npm run --silent lint

# Without a C compiler everything runs as Python source; only CI requires one.
compile: .venv/.development
	$(BIN)/python -m gameplatform.compiled || test -z "$$CI"

quick: export DATABASE_URL = sqlite://:memory:
quick: .venv/.development node_modules/.installed
	@$(BIN)/python -m tests.quick

test: .venv/.development node_modules/.installed
	$(BIN)/python -m tests.programs
	@$(MAKE) --no-print-directory --jobs 2 lint compile
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal

bench: compile
	$(BIN)/python -m bench

trials: .venv/.development
	$(BIN)/python -m trials

# For all platforms and all supported versions of Python.
lock: .venv/.development
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate \
		--constraints constraints.txt --custom-compile-command "make lock" --output-file requirements.lock \
		requirements-observability.txt requirements-compile.txt requirements-page.txt

# Each stamp is newer than its sources, so that a second start installs nothing.

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.server: requirements.txt constraints.txt | .venv/bin/python
	@echo "Installing the server's packages into .venv ..."
	$(PIP) --requirement requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt requirements-test.txt requirements-compile.txt requirements-page.txt .venv/.server
	@echo "Installing the development packages into .venv ..."
	$(PIP) --requirement requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.development
	@echo "Installing the page's linters and bundler into node_modules ..."
	$(BIN)/npm install --no-save --ignore-scripts --silent
	@touch $@
