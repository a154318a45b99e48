# Everything a person does with this repository, in one word each. `make help` lists the words.

PYTHON ?= python3
ARGS   ?=

UV  := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin

# uv installs where it is present; pip does the same work from the same lock otherwise.
ifneq ($(UV),)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check
endif

# Compiling all modules takes a second and more, which each of many processes would spend again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench serve docs lock clean

help: ## list these words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.run ## play the main job end to end; ARGS="--payouts 20000" plays it under load
	@$(BIN)/bezant demo $(ARGS)

test: .venv/.develop .venv/.clients ## run every test, the rules for the code included; ARGS="tests/ledger" runs some
	@$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

check: .venv/.develop ## run the linters alone: ruff, pyright, import-linter
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo --no-cache

format: .venv/.develop ## let ruff lay out the code and mend what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: .venv/.develop ## measure throughput against its yardsticks; writes bench/results
	@$(BIN)/python -m bench $(ARGS)

serve: .venv/.run ## run the API on 127.0.0.1:4242 with its database in ./bezant-data
	@$(BIN)/bezant serve $(ARGS)

docs: .venv/.develop ## write the pages that are made from the code
	@$(BIN)/python -m tools.docs

lock: ## choose versions anew within pyproject.toml; ARGS="--upgrade" takes the newest
	@$(PYTHON) tools/lock.py $(ARGS)

clean: ## remove the virtual environment and all caches; never touches ./bezant-data
	rm -rf .venv dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench tools -name __pycache__ -type d -exec rm -rf {} +

# Set-up. The stamps make it run again only when a lock or pyproject.toml has changed.

.venv/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Bezant into .venv"
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.develop: requirements-dev.lock .venv/.run
	@echo "Installing the tools of development into .venv"
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

# The official command line and the Node SDK, for the tests that drive Bezant with them.
.venv/.clients: tests/clients/package.json tests/clients/package-lock.json | $(BIN)/python
	@mkdir -p .venv/clients && cp tests/clients/package*.json .venv/clients
	@if command -v npm >/dev/null && npm ci --prefix .venv/clients --ignore-scripts --silent; \
	then touch $@; \
	else echo "Without npm: the tests with the official command line and the Node SDK are left out"; \
	fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Bezant needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
