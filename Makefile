VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
HOST ?= 127.0.0.1
PORT ?= 8000
KILLS ?= 1000
PAIRS ?= 10000
CHANGES ?= 100
WORKERS ?= 1

.PHONY: serve test proof bench scale lint fmt lock install
.DEFAULT_GOAL := serve

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || python3 -m venv $(VENV)
	@echo "installing into $(VENV) (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

install: $(STAMP)

serve: $(STAMP)  ## migrate, load the demonstration data if there is none, serve
	@exec env HOST=$(HOST) PORT=$(PORT) WORKERS=$(WORKERS) $(BIN)/mokuteki serve

test: $(STAMP)  ## the whole suite, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n auto

proof: $(STAMP)  ## the long runs: a thousand kills under load, a hundred editions, every call of the database failed, ten thousand impacts
	@KILLS=$(KILLS) CHANGES=$(CHANGES) PAIRS=$(PAIRS) FAULTS=every $(BIN)/python -m pytest -n 0 -s tests/faults tests/policies/test_impact.py

lint: $(STAMP)  ## style, then strict types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fmt: $(STAMP)
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

bench: $(STAMP)  ## side by side with the baselines, on PostgreSQL
	@$(BIN)/python -m benchmarks

scale: $(STAMP)  ## every door at ten thousand people and at a million; writes docs/scale.md
	@$(BIN)/python -m benchmarks.scale

lock: $(STAMP)  ## renew requirements.lock (needs pip-tools)
	@$(BIN)/python -m piptools compile --quiet --extra dev --generate-hashes --no-header --strip-extras --allow-unsafe --output-file requirements.lock pyproject.toml
	@sed -i '/^--/d' requirements.lock  # what pip is told on this machine is nobody else's
