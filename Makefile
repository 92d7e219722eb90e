# make run: set up and run the bundled study. make test: set up what is missing and test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test lint format bench docs clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/shelter-geo run

test: $(VENV)/.tested-with
	$(BIN)/python -m pytest

lint: $(VENV)/.tested-with
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.tested-with
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist outputs/*/

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

# The build backend is pinned too, so that an installation can be repeated.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed tools/chromium.sh
	$(PIP) --no-build-isolation --editable '.[dev]'
	sh tools/chromium.sh $(BIN)
	@touch $@
