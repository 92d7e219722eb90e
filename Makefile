# make run: set up and run the bundled study. make test: set up what is missing and test.
# make check: lint, and the tests that need no browser, no notebook and no patience.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

TESTERS ?= 2
BACKEND := 'hatchling>=1.27' 'editables>=0.5'

.PHONY: run test check lint format mutations kills secrets fuzz bad-inputs lock oldest newest release bench docs screenshots clean
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

# Files cut, twisted and mixed up, some fifty of them at every door, then five minutes of atheris,
# which follows what the bytes reach. About ten minutes.
fuzz: $(VENV)/.tested-with
	SHELTER_GEO_FUZZ=50 $(BIN)/python -m pytest tests/project/test_fuzz.py -n0
	$(PIP) atheris || true
	$(BIN)/python tools/fuzz.py 300

# Every bad cell, setting and file of tests/bad_inputs, where make test takes one in three.
bad-inputs: $(VENV)/.tested-with
	SHELTER_GEO_BAD_INPUTS=1 $(BIN)/python -m pytest tests/bad_inputs -n0

# Runs that are killed while their outputs come into place.
kills: $(VENV)/.tested-with
	SHELTER_GEO_KILLS=200 $(BIN)/python -m pytest tests/publish/test_staging.py -n0 -rP -k a_kill_at

# A private point moves: every byte that any command writes or says stays.
secrets: $(VENV)/.tested-with
	SHELTER_GEO_SECRETS=1 $(BIN)/python -m pytest tests/project/test_outside.py -n0 -k private_point
	$(BIN)/python -m pytest tests/study/test_privacy.py -n0

bench: $(VENV)/.benched-with
	$(BIN)/python benchmarks/pages.py
	$(VENV)-bench/bin/python benchmarks/siting.py
	@if [ -n "$(ORLIB)" ]; then $(BIN)/python benchmarks/orlib.py $(ORLIB); \
	else echo "Published instances are left out: give ORLIB=\"FILE ...\""; fi
	@if [ -n "$(EXTRACT)" ]; then \
	$(VENV)-bench/bin/python benchmarks/roads_import.py "$(EXTRACT)"; \
	$(VENV)-bench/bin/python benchmarks/routing.py --pbf "$(EXTRACT)"; \
	$(VENV)-bench/bin/python benchmarks/routing_growth.py --pbf "$(EXTRACT)"; \
	$(BIN)/python benchmarks/scale.py --pbf "$(EXTRACT)"; \
	else echo "Roads are left out: give EXTRACT=FILE.osm.pbf"; fi

$(VENV)/.benched-with: benchmarks/requirements.txt $(VENV)/.tested-with
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	while read -r peer; do \
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check "$$peer" \
	|| echo "$$peer could not be installed and is left out"; done <benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-lock $(VENV)-oldest $(VENV)-newest build dist outputs/*/

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

# What runs is installed by its hashes, the build backend too: a changed file is refused.
$(VENV)/.installed: pyproject.toml requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	--requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	--no-build-isolation --editable .
	@touch $@

# Renews the hashes after a change in pyproject.toml or constraints.txt, for Python 3.11 and newer.
lock: $(VENV)-lock/.uv
	printf '%s\n' $(BACKEND) | $(VENV)-lock/bin/uv pip compile pyproject.toml - \
	--universal --python-version 3.11 --generate-hashes --constraint constraints.txt \
	--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

$(VENV)-lock/.uv:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

# The quick tests with the oldest dependencies that pyproject.toml allows, and with the newest; of
# some rooms: make oldest ROOMS="tests/study tests/access". A registry that does not answer ends
# either in two minutes a step.
ROOMS ?= tests
RESOLVE = printf '%s\n' $(BACKEND) | UV_HTTP_TIMEOUT=20 timeout 120 $(VENV)-lock/bin/uv pip compile \
	pyproject.toml - --extra dev --resolution $(1) --python $(VENV)-$@/bin/python \
	--no-emit-index-url --no-header --no-annotate --quiet --output-file build/$@.txt
# Older numpy warns of what pyproj does and newer numpy refuses, which pyproj is ready for.
QUICK = $(VENV)-$@/bin/python -m pytest $(ROOMS) -m "not browser and not slow" -n0 \
	-W "ignore:Conversion of an array:DeprecationWarning"
PIP_SOON = -m pip install --quiet --disable-pip-version-check --timeout 20 --retries 2

oldest: $(VENV)-lock/.uv
	mkdir -p build
	$(PYTHON) -m venv $(VENV)-$@
	$(call RESOLVE,lowest-direct)
	timeout 600 $(VENV)-$@/bin/python $(PIP_SOON) --requirement build/$@.txt
	$(VENV)-$@/bin/python $(PIP_SOON) --no-deps --no-build-isolation --editable .
	$(QUICK)

# What $(VENV) has in the same version is taken from there; if that is all, there is nothing to try.
newest: SHARED = $(wildcard $(CURDIR)/$(VENV)/lib/python*/site-packages)
newest: $(VENV)-lock/.uv
	mkdir -p build
	rm -rf $(VENV)-$@
	$(PYTHON) -m venv $(VENV)-$@
	$(call RESOLVE,highest)
	$(PYTHON) tools/other_versions.py build/$@.txt $(or $(SHARED),none) >build/$@-others.txt
	@if [ -s build/$@-others.txt ]; then set -e; \
	echo "Of the newest versions these are tried:"; cat build/$@-others.txt; echo; \
	timeout 600 $(VENV)-$@/bin/python $(PIP_SOON) --no-deps --requirement build/$@-others.txt; \
	for own in $(VENV)-$@/lib/python*/site-packages; do echo "$(SHARED)" >$$own/shared.pth; done; \
	$(VENV)-$@/bin/python $(PIP_SOON) --no-deps --no-build-isolation --editable .; \
	$(QUICK); \
	else echo "The newest versions are those of $(VENV), which are tested: nothing else to try."; fi

# The wheel, built twice and compared byte by byte, with its bill of materials and licences.
release: $(VENV)/.installed
	rm -rf dist build/again
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/again .
	cmp dist/*.whl build/again/*.whl
	$(BIN)/python tools/bill_of_materials.py dist

$(VENV)/.tested-with: $(VENV)/.installed tools/chromium.sh tools/firefox.sh
	$(PIP) --no-build-isolation --editable '.[dev,docs]'
	sh tools/chromium.sh $(BIN)
	sh tools/firefox.sh
	@touch $@
