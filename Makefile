# Laurel's commands for people. `make run` is all a new machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VALIDATOR := .venv-validator
CLIENTS := .venv-clients
NODE_CLIENTS := tests/journeys/oauth_clients

.PHONY: setup run test lint bench crash

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Laurel needs Python 3.11 or newer: name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@sh config/system-libraries.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

run: $(VENV)/.ready
	@exec $(BIN)/laurel up $(ARGS)

$(VENV)/.ready-tests: $(VENV)/.ready
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

# The official Open Badges validator: its pins clash with ours, so it lives alone.
$(VALIDATOR)/.ready: tests/validator/requirements.txt
	$(PYTHON) -m venv $(VALIDATOR)
	$(VALIDATOR)/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

# Client programs that tests run for real: what they depend on is not ours to choose.
$(CLIENTS)/.ready: tests/clients/requirements.txt
	$(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

# OAuth clients that run in Node: without their scripts.
$(NODE_CLIENTS)/node_modules/.ready: $(NODE_CLIENTS)/package-lock.json
	@sh tests/system-programs.sh
	npm ci --prefix $(NODE_CLIENTS) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

test: $(VENV)/.ready-tests $(VALIDATOR)/.ready $(CLIENTS)/.ready $(NODE_CLIENTS)/node_modules/.ready
	@sh tests/system-programs.sh
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.ready-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

bench: $(VENV)/.ready-tests
	$(BIN)/python -m bench $(ARGS)

crash: $(VENV)/.ready-tests  # kill -9 at random moments under load: make crash ROUNDS=500
	LAUREL_CRASH_ROUNDS=$(or $(ROUNDS),20) $(BIN)/pytest -s tests/journeys/crash
