# `make help` lists the targets. Every target sets up what it needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= $(shell command -v python3.12 >/dev/null 2>&1 && python3.12 -c '' >/dev/null 2>&1 && echo python3.12 || \
	{ command -v python3.11 >/dev/null 2>&1 && python3.11 -c '' >/dev/null 2>&1 && echo python3.11; } || echo python3)
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run
DEV_STAMP := $(VENV)/.dev

.PHONY: help setup demo up down test check lint types layers contracts lock bench leaks clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
		|| { echo "Corelab needs Python 3.11 or 3.12; $(PYTHON) is not. Set PYTHON=/path/to/python3.12."; exit 2; }
	@echo "setting up: virtual environment"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements/uv.txt
	@touch $@

$(RUN_STAMP): $(VENV)/bin/uv requirements/run.txt pyproject.toml
	@echo "setting up: what the demo needs"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements/dev.txt
	@echo "setting up: what the tests need"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(DEV_STAMP) ## install everything into .venv

demo: $(RUN_STAMP) ## boot the stack on this machine and tell the story
	@$(BIN)/python -m local demo

up: $(RUN_STAMP) ## leave the system running on this machine and print where
	@$(BIN)/python -m local up

down: $(RUN_STAMP) ## end what `make up` started
	@$(BIN)/python -m local down

test: $(DEV_STAMP) ## the quick tests
	@$(BIN)/pytest --disable-socket -q -n auto -m "not thorough"

check: $(DEV_STAMP) lint types layers contracts ## everything: lint, types, layers, contracts, infrastructure, flows, simulation, hostile files
	@$(BIN)/pytest --disable-socket -q -n auto -m thorough
	@$(BIN)/pytest -q tests/infra tests/simulation tests/hostile
	@$(BIN)/pytest -q tests/flows

lint: $(DEV_STAMP) ## ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(DEV_STAMP) ## mypy
	@$(BIN)/mypy

layers: $(DEV_STAMP) ## import contracts
	@$(BIN)/lint-imports

contracts: $(DEV_STAMP) ## generated contracts are the committed ones
	@$(BIN)/python -m contracts --check

bench: $(DEV_STAMP) ## speed, memory and limits against their aims
	@code=0; for bench in benches/bench_*.py; do $(BIN)/python $$bench || code=$$?; done; exit $$code

leaks: $(RUN_STAMP) ## docs/leaks.md: what leaks, here and from other tools
	@$(BIN)/corelab deid bench --peers --out docs/leaks.md || [ $$? = 3 ]

lock: $(VENV)/bin/uv ## pin every dependency again, with hashes and without addresses
	@requirements/lock

clean: ## remove what was built (not the running system's state)
	@rm -rf build cdk.out
