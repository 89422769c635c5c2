# make dev: a running server with demo data. make test: everything that must hold. Both need Python 3.11+ only.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
WORKERS ?= 1
PYTEST_WORKERS ?= auto
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help install dev migrate seed compile lint test bench trials

help:
	@echo "make dev [WORKERS=2]   run the server with demo data (HOST, PORT, DATABASE_URL, REDIS_URL are honoured)"
	@echo "make test              format, lint, import contracts, types, checks, all tests"
	@echo "make compile           compile what each move goes through; the server is a sixth quicker then"
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

# Where there is no C compiler all runs as it is written, but for CI.
compile: .venv/.development
	$(BIN)/python -m gameplatform.compiled || test -z "$$CI"

test: .venv/.development node_modules/.installed
	$(BIN)/python -m tests.programs
	@$(MAKE) --no-print-directory --jobs 2 lint compile
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal

bench: compile
	$(BIN)/python -m bench

trials: .venv/.development
	$(BIN)/python -m trials

# Each stamp is newer than what it was made from, so that a second start installs nothing.

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.server: requirements.txt constraints.txt | .venv/bin/python
	@echo "Installing the server's packages into .venv ..."
	$(PIP) --requirement requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt requirements-compile.txt requirements-page.txt .venv/.server
	@echo "Installing what development needs into .venv ..."
	$(PIP) --requirement requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.development
	@echo "Installing what checks and bundles the page into node_modules ..."
	$(BIN)/npm install --no-save --ignore-scripts --silent
	@touch $@
