# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export GATEHOUSE_HOME ?= $(CURDIR)/.gatehouse
# Tests start many processes: what one has compiled the others need not.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check audit types sql style bench picture browser browser-all figures-all figures-large sources histories faults stories alarms services schedulers clean

run: $(VENV)/ready
	$(BIN)/python -m warehouse demo --load
	$(BIN)/python serve.py --open

test: $(VENV)/ready-dev browser check
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# The audit begins, as it mostly waits for the network.
check: $(VENV)/ready-dev
	$(MAKE) --no-print-directory --jobs 3 --output-sync=target audit types sql style

audit:
	$(BIN)/python -m tests.dependencies

types:
	$(BIN)/mypy

sql:
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 warehouse
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 --templater python checks

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive warehouse checks pages app.py press.py serve.py benchmarks

bench: $(VENV)/ready-dev
	for each in $(notdir $(basename $(filter-out %/__init__.py,$(wildcard benchmarks/*.py)))) web.visits web.clicks web.users web.start; do $(BIN)/python -m benchmarks.$$each || exit 1; done

picture: $(VENV)/ready-dev browser
	$(BIN)/python -m tests.browser.picture

browser-all: $(VENV)/ready-dev browser
	GATEHOUSE_EVERY_VIEW=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

# Every figure against its oracle as often again: a third company, twenty random questions each where `make test` asks three.
figures-all: $(VENV)/ready-dev
	GATEHOUSE_EVERY_FIGURE=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests/oracle

# The example sources on the public data that they were written for, which lie in the folder DATA.
sources: $(VENV)/ready-dev
	GATEHOUSE_PUBLIC_DATA=$(abspath $(DATA)) $(BIN)/python -m pytest -n 2 --dist loadfile tests/sources

# Every figure of one large company, of so many CUSTOMERS, against its oracle: memory for all of its rows, and some time.
figures-large: $(VENV)/ready-dev
	GATEHOUSE_LARGE_COMPANY=$(or $(CUSTOMERS),20000) $(BIN)/python -m pytest -n 0 tests/oracle

# 200 random histories, half by each worker. `make test` tells a few of them.
histories: $(VENV)/ready-dev
	GATEHOUSE_HISTORIES=100 $(BIN)/python -m pytest -n 2 --dist worksteal tests/refresh/test_histories.py -k test_incremental_equals_full

# 200 processes killed wherever they are, a line of 5 GB, and whatever else can happen. `make test` kills a few.
faults: $(VENV)/ready-dev
	GATEHOUSE_KILLS=200 $(BIN)/python -m pytest -n 2 --dist worksteal tests/faults

browser: $(VENV)/ready-dev
	$(BIN)/python -m tests.browser.install

# One steward's story in the browser for each of the eleven kinds of dirt. `make test` tells one.
stories: $(VENV)/ready-dev browser
	GATEHOUSE_STORIES=1 $(BIN)/python -m pytest tests/browser/test_stories.py

# The examples under cron's shell, Airflow and Dagster, each of these in an environment of its own.
schedulers: $(VENV)/ready-dev
	$(BIN)/python -m tests.schedulers

# A hundred clean deliveries of different seeds: none is held.
alarms: $(VENV)/ready-dev
	$(BIN)/python -m tests.alarms

# Every service of docker-compose.yml as it stands there, on a server that its own files set up. `make test` runs two.
services: $(VENV)/ready-dev
	GATEHOUSE_EVERY_SERVICE=1 $(BIN)/python -m pytest tests/operating/test_compose.py

clean:
	rm -rf build .gatehouse .gatehouse-demo

# pip would compile file by file, the packages' own tests too.
INSTALL = test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r $< && \
	{ $(BIN)/python -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib || true; }

$(VENV)/ready: requirements.txt
	$(INSTALL)
	touch $@

$(VENV)/ready-dev: requirements-dev.txt requirements.txt
	$(INSTALL)
	touch $@ $(VENV)/ready
