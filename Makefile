# make run: set up and run the bundled study. make test: set up what is missing and test.
# make check: lint, and the tests that need no browser, no notebook and no patience.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

TESTERS ?= 2

.PHONY: run test check lint format mutations kills bench docs screenshots clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/shelter-geo run

test: $(VENV)/.tested-with
	$(BIN)/python -m pytest --numprocesses=$(TESTERS) --dist=loadfile --no-loadscope-reorder

check: lint
	$(BIN)/python -m pytest tests -m "not browser and not slow" \
	--numprocesses=$(TESTERS) --dist=loadfile --no-loadscope-reorder

lint: $(VENV)/.tested-with
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

# Fills in the figures that the documentation quotes, runs the notebooks and makes static pages.
docs: $(VENV)/.tested-with
	$(BIN)/python tools/fill_docs.py
	$(BIN)/python -m sphinx -E -W --keep-going -q -c docs -b html . build/docs
	$(BIN)/python tools/check_pages.py build/docs
	@echo "Documentation: build/docs/index.html"

# Takes the pictures of docs/screenshots from the outputs.
screenshots: run $(VENV)/.tested-with
	$(BIN)/python tools/take_screenshots.py

format: $(VENV)/.tested-with
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Peers live in a set-up of their own. Roads are measured on a country: make bench EXTRACT=FILE.osm.pbf
# and siting also on published instances: make bench ORLIB="FILE ...".
EXTRACT ?=
ORLIB ?=

# What validate lets pass runs to the end, tried on many mutations of two studies.
mutations: $(VENV)/.tested-with
	SHELTER_GEO_MUTATIONS=500 $(BIN)/python -m pytest tests/analysis/test_readiness.py -n0 -k mutated

# Runs that are killed while their outputs come into place.
kills: $(VENV)/.tested-with
	SHELTER_GEO_KILLS=200 $(BIN)/python -m pytest tests/publish/test_staging.py -n0 -rP -k a_kill_at

bench: $(VENV)/.benched-with
	$(BIN)/python benchmarks/pages.py
	$(VENV)-bench/bin/python benchmarks/siting.py
	@if [ -n "$(ORLIB)" ]; then $(BIN)/python benchmarks/orlib.py $(ORLIB); \
	else echo "Published instances are left out: give ORLIB=\"FILE ...\""; fi
	@if [ -n "$(EXTRACT)" ]; then \
	$(VENV)-bench/bin/python benchmarks/roads_import.py "$(EXTRACT)"; \
	$(VENV)-bench/bin/python benchmarks/routing.py --pbf "$(EXTRACT)"; \
	$(VENV)-bench/bin/python benchmarks/routing_growth.py --pbf "$(EXTRACT)"; \
	else echo "Roads are left out: give EXTRACT=FILE.osm.pbf"; fi

$(VENV)/.benched-with: benchmarks/requirements.txt $(VENV)/.tested-with
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	while read -r peer; do \
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check "$$peer" \
	|| echo "$$peer could not be installed and is left out"; done <benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-bench build dist outputs/*/

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

# The build backend is pinned too, so that an installation can be repeated.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed tools/chromium.sh tools/firefox.sh
	$(PIP) --no-build-isolation --editable '.[dev,docs]'
	sh tools/chromium.sh $(BIN)
	sh tools/firefox.sh
	@touch $@
