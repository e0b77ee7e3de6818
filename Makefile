# The commands of the project. `make run` and `make test` do all set-up themselves; neither needs root.
PYTHON ?= python3
BIN := .venv/bin
# Practice and real facts never share a directory.
DATA ?= $(if $(CONFIG),$(basename $(notdir $(CONFIG)))-data,linewalker-data)
NEEDS_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Extras stay in the pins: pip of Debian 12 else looks for `coverage[toml]` anew and finds a version without a hash.
PIN := uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
  --no-strip-extras --extra build

.PHONY: run test cover check bench lock clean

## run: the practice network; with CONFIG=my.yaml your own lines (facts in my-data, or DATA=DIR)
run: .venv/.installed
ifdef CONFIG
	exec $(BIN)/linewalker run -c $(CONFIG) --data $(DATA)
else
	exec $(BIN)/linewalker demo --data $(DATA)
endif

## test: all tests, four files at a time because most of them wait
test: .venv/.installed-dev
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(PYTEST)

## cover: the same, and how much of the code they run; what is measured goes at half its speed
cover: .venv/.installed-dev
	$(MAKE) test PYTEST="--cov --cov-report=term $(PYTEST)"

## check: format, lint, types, import rules, tests
check: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

## bench: measurements beside the peers that are installed; writes bench/RESULTS.md
bench: .venv/.installed-dev
	$(BIN)/python -m bench

## lock: pin every dependency again, with hashes and without an index host (needs uv)
lock:
	$(PIN) pyproject.toml -o requirements.lock
	$(PIN) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

.venv/bin/python:
	@$(PYTHON) -c '$(NEEDS_PYTHON)' || { \
	  echo "Linewalker needs Python 3.11 or newer: apt install python3 python3-venv, or make PYTHON=/path/to/python3.11"; exit 3; }
	@$(PYTHON) -m venv .venv || { \
	  rm -rf .venv; echo "No virtual environment could be made: apt install python3-venv"; exit 3; }

.venv/.installed: .venv/bin/python requirements.lock pyproject.toml
	@echo "Installing what Linewalker needs into .venv (once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	@echo "Installing what the tests need into .venv (once)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
