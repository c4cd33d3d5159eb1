# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export GATEHOUSE_HOME ?= $(CURDIR)/.gatehouse

.PHONY: run test check bench picture browser browser-all clean

run: $(VENV)/ready
	$(BIN)/python -m warehouse demo --load
	$(BIN)/python serve.py --open

test: $(VENV)/ready-dev browser check
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 warehouse
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 --templater python checks
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive warehouse checks pages app.py serve.py benchmarks
	$(BIN)/python -m tests.dependencies

bench: $(VENV)/ready-dev
	for each in $(notdir $(basename $(filter-out %/__init__.py,$(wildcard benchmarks/*.py)))); do $(BIN)/python -m benchmarks.$$each || exit 1; done

picture: $(VENV)/ready-dev browser
	$(BIN)/python -m tests.browser.picture

browser-all: $(VENV)/ready-dev browser
	GATEHOUSE_EVERY_VIEW=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

browser: $(VENV)/ready-dev
	$(BIN)/python -m tests.browser.install

clean:
	rm -rf build .gatehouse .gatehouse-demo

$(VENV)/ready: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/ready-dev: requirements.txt requirements-dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/ready
