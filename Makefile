# Everything a developer does. The first target that needs it builds .venv from the hashed lock; later ones start at once.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
UV = $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)
INSTALLED := .venv/.installed
unexport PYTHONDONTWRITEBYTECODE # tests start many processes: none shall compile what another has compiled

.DEFAULT_GOAL := help
.PHONY: help run test check format bench nemesis lock clean

help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(INSTALLED) ## serve the demo on 127.0.0.1, with a worker and a mail catcher (PORT=8000)
	@exec $(BIN)/unsilenced serve --host 127.0.0.1 --port $(PORT) --demo

test: $(INSTALLED) ## run all tests, on SQLite and on PostgreSQL
	@$(BIN)/pytest --numprocesses=auto

check: $(INSTALLED) ## lint, formatting, types, floors, migrations
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q tests/test_migrations.py

format: $(INSTALLED) ## put the code in order
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(INSTALLED) ## measure, and print each figure beside what it is compared with
	@$(BIN)/python -m bench

SEED ?= $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
MINUTES ?= 10
DB ?= sqlite

nemesis: $(INSTALLED) ## kill, stop and lie to the service, then hold it to its promises (SEED=… MINUTES=10 DB=sqlite)
	@$(BIN)/python -m nemesis --seed $(SEED) --minutes $(MINUTES) --db $(DB)

# The locks hold for Python 3.11 and newer on every platform; hashes make them safe, and no index is named in them.
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock: $(INSTALLED) ## write both locks again, with the newest versions that pyproject.toml allows
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and the caches, never your data in var/
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	@find app bench migrations nemesis tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Without uv on the machine, the one pinned in the lock is installed first, by its hashes.
$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Unsilenced needs Python 3.11 or newer. If you have one elsewhere: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@echo 'Setting up .venv (this happens once) ...'
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .venv; \
	elif $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv .venv && sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > .venv/uv.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock; \
	else \
		echo 'Almost there: Python is missing its venv module; "apt install python3-venv" brings it, then try again.' >&2; exit 1; \
	fi
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
