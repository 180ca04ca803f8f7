# Every target makes what it needs; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first interpreter new enough; set PYTHON= to choose another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8501

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: env
env: $(STAMP) ## Build .venv with the locked versions and this package

$(STAMP): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it or set PYTHON=/its/path." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; \
		else echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 2; fi; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --require-hashes -r requirements-dev.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: lock
lock: env ## Resolve the exact versions anew (needs the network)
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra sandbox --extra lambda pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra sandbox --extra lambda --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	echo 'hatchling>=1.27,<2' | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -c requirements-dev.txt - -o requirements-build.txt
	echo 'sagemaker-core>=2.27,<3' | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header - -o requirements-conformance.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate -c requirements.txt web_app/requirements.in -o web_app/requirements.txt

.PHONY: demo
demo: env ## Sandbox, demo data, dashboard and web app in one; PORT= chooses the port
	@exec $(BIN)/studio demo --port $(PORT)

.PHONY: browser
browser: env
	@$(BIN)/python tests/browser/chromium.py

.PHONY: lint
lint: env ## Style, import directions, container file, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/hadolint Dockerfile
	@$(BIN)/python tests/packaging/audit.py requirements.txt requirements-build.txt

# sagemaker-core cannot share an environment with Streamlit: they want other versions of protobuf.
.venv-conformance/.installed: requirements-conformance.txt | $(STAMP)
	$(BIN)/python -m venv .venv-conformance
	.venv-conformance/bin/pip install -q --require-hashes -r requirements-conformance.txt
	@touch $@

.PHONY: conformance
conformance: .venv-conformance/.installed ## sagemaker-core's environment; AWS=1 plans a run on a real account
ifdef AWS
	$(BIN)/python -m tests.clients.conformance
endif

.PHONY: types
types: env ## mypy, strict
	$(BIN)/mypy

# Each worker, and each process that a test starts, would otherwise compile every module again.
unexport PYTHONDONTWRITEBYTECODE

# More workers than cores: many tests wait for servers and clocks.
PYTEST := $(BIN)/python -m pytest -q -n 6 --dist loadgroup
PAGES := tests/pages tests/dashboard/views

.PHONY: unit
unit: env conformance ## Unit, property, sandbox and engine tests
	$(PYTEST) $(PAGES:%=--ignore=%) --ignore=tests/browser

.PHONY: pages
pages: env
	$(PYTEST) $(PAGES)

# The browser's tests run apart: Playwright keeps an event loop running in its process.
.PHONY: test-browser
test-browser: env browser
	$(PYTEST) -n 3 --dist loadfile tests/browser

.PHONY: ui
ui: pages test-browser ## AppTest and browser tests

.PHONY: test-python
test-python: env conformance
	$(PYTEST) --ignore=tests/browser

# Side by side, each part's output in one piece when it has ended. Make 3.81 (macOS) has no
# --output-sync and mixes the lines.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: test
test: env browser conformance ## All of it
	@$(MAKE) --no-print-directory --jobs=4 --keep-going $(SYNC) lint types test-python test-browser

.PHONY: wheel
wheel: env ## Build the wheel, list what it needs (CycloneDX), try it in a clean environment
	$(BIN)/python -m pip wheel -q --no-deps --no-build-isolation -w dist .
	$(BIN)/python tests/packaging/parts.py dist/studio-cli.cdx.json
	$(BIN)/python tests/packaging/try_wheel.py dist

.PHONY: bench
bench: env ## Calls and times beside their bounds, into docs/benchmarks.md
	$(BIN)/python -m bench

.PHONY: soak
soak: env ## Kill and weather tests at full length, fuzzing, outside clients
	$(BIN)/python -m bench.soak
	$(BIN)/python -m tests.clients

# For example MUTANTS="--all --seed 2", or the modules to look at; see docs/testing.md.
.PHONY: mutants
mutants: env ## Put small faults into changed modules and see whether a test fails; MUTANTS= for more
	$(BIN)/python -m bench.mutants $(MUTANTS)

.PHONY: clients
clients: env ## Try the sandbox with clients that nobody here wrote
	$(BIN)/python -m tests.clients

.PHONY: moto-tests
moto-tests: env ## Run moto's own tests over the sandbox's extension
	$(BIN)/python -m tests.clients.moto_suite

.PHONY: moto-lint
moto-lint: env ## Lay the Studio backend out as a pull request to moto, and lint it as moto does
	$(BIN)/python -m tests.clients.moto_layout

.PHONY: clean
clean: ## Remove what the targets made
	rm -rf $(VENV) .venv-conformance dist build .artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis
