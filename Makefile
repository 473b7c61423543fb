# Two commands to begin with: `make demo` and `make test`. Each sets up what it needs, once.

VENV := .venv
BIN  := $(CURDIR)/$(VENV)/bin
# The interpreter of the projects that the tests make: pytest and coverage alone. The plug-ins of our own suite would
# take two seconds of every run of pytest in them.
BARE := $(CURDIR)/.venv-bare/bin/python
export OTG_TEST_PYTHON := $(BARE)
export OTG_TEST_PYTHON_PLUGINS := $(BIN)/python

# rustup puts cargo here; a shell that was open before does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
# One interpreter for every build, so that none undoes the other's.
export PYO3_PYTHON := $(BIN)/python
# Of the caller's shell, nothing may lead elsewhere.
unexport PYTHONPATH PYTHONHOME

RUST_SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find src migrations -type f 2>/dev/null)
# The wheel holds the Python files too; an editable build reads them where they are.
WHEEL_SOURCES := $(RUST_SOURCES) README.md $(shell find python -type f ! -name '*.so' ! -name '*.pyc' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo dev test test-rust test-python test-openhands test-docker soak lint fmt bench bench-postgres bench-service bench-testgen docs lock preflight bubblewrap postgres namespaces schemathesis

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.built-release ## Build, install, and generate verified tests for examples/shop
	@cd examples/shop && env VIRTUAL_ENV="$(CURDIR)/$(VENV)" OPENHANDS_AGENT=local \
		"$(BIN)/openhands-testgen" generate src/shop/cart.py src/shop/stock.py

dev: $(VENV)/.built-dev ## Editable build into .venv
	@echo "ready: . $(VENV)/bin/activate && openhands-testgen --help"

test: test-rust test-python ## Install what the tests need and run them all, Rust and Python

test-rust: $(VENV)/.tools .venv-bare/.made bubblewrap postgres namespaces
	cargo test --no-default-features

# Most of their time is that of child processes: two at once. For one at a time: WORKERS=0
WORKERS ?= 2

test-python: $(VENV)/.built-dev .venv-bare/.made bubblewrap postgres schemathesis
	"$(BIN)/python" -m pytest -n $(WORKERS) --dist loadgroup

test-openhands: $(VENV)/.built-dev .venv-bare/.made bubblewrap ## The real OpenHands agent server with a scripted model (700 MB, once)
	python="$$(sh scripts/openhands.sh)" && OTG_OPENHANDS_PYTHON="$$python" \
		"$(BIN)/python" -m pytest --timeout 900 tests/real

test-docker: $(VENV)/.built-dev bubblewrap ## The same server in containers of a real Docker engine, which has to run
	image="$$(sh scripts/docker_image.sh)" && OTG_DOCKER_IMAGE="$$image" \
		"$(BIN)/python" -m pytest --timeout 900 tests/real/test_docker.py

soak: $(VENV)/.built-dev .venv-bare/.made bubblewrap postgres namespaces ## The stress tests with large figures: kill -9, clients, loads (about two hours)
	OTG_SOAK=1 cargo test --no-default-features --test shuttle
	OTG_SOAK=1 "$(BIN)/python" -m pytest --timeout 900 tests/python/api/test_storm.py
	OTG_SOAK=1 "$(BIN)/python" -m pytest --timeout 1900 tests/python/probe/test_awkward_modules.py
	OTG_SOAK=1 cargo test --no-default-features --test rust \
		-- soak:: store::model --nocapture --test-threads=1

lint: $(VENV)/.built-dev ## Formats, clippy, ruff, mypy strict, stubs against the built module
	cargo fmt --check
	cargo clippy --all-targets --no-default-features -- -D warnings
	cargo clippy --all-targets -- -D warnings
	"$(BIN)/ruff" check
	"$(BIN)/ruff" format --check
	"$(BIN)/mypy"
	"$(BIN)/stubtest" openhands_testgen._core

fmt: $(VENV)/.tools ## Format Rust and Python
	cargo fmt
	"$(BIN)/ruff" check --fix
	"$(BIN)/ruff" format

bench: $(VENV)/.built-release .venv-bare/.made ## Run benches/: ratios to a baseline of the same run
	@set -e; for program in benches/[a-z]*.py; do "$(BIN)/python" "$$program"; done
	@printf '\nstores and verification, in Rust\n'
	@cargo bench --quiet --no-default-features --bench store
	@cargo test --quiet --release --no-default-features --test rust \
		verification_costs -- --ignored --nocapture

bench-postgres: $(VENV)/.built-release | preflight ## The store on PostgreSQL beside raw inserts and other queues: SERVER=postgres://USER@HOST:PORT
	@cargo bench --quiet --no-default-features --bench postgres -- "$(SERVER)"
	@"$(BIN)/python" benches/queues "$(SERVER)"

# SIZE="100 5": a hundred streams for five seconds.
bench-service: $(VENV)/.built-release | preflight ## The service under load: submissions beside a minimal handler, large documents, 1,000 event streams, memory
	@"$(BIN)/python" benches/service $(SIZE)

# PART=--only=MODULE, --no-pynguin or --keep=DIR, as benches/testgen/__main__.py says.
bench-testgen: $(VENV)/.built-release bubblewrap ## Tests of twelve real modules by the embedded agent, Pynguin beside it
	@"$(BIN)/python" benches/testgen $(PART)

docs: | preflight ## Build rustdoc, check the links of the Markdown files
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --no-default-features
	"$$(sh scripts/preflight.sh --python)" scripts/check_links.py

lock: | preflight ## Renew requirements/dev.txt from the groups of pyproject.toml
	sh scripts/lock.sh

# --- what the commands stand on ------------------------------------------------------------------------------

preflight:
	@sh scripts/preflight.sh

bubblewrap:
	@sh scripts/bubblewrap.sh

postgres:
	@sh scripts/postgres.sh

namespaces:
	@sh scripts/namespaces.sh

schemathesis: | preflight
	@sh scripts/schemathesis.sh

$(VENV)/.made: | preflight
	"$$(sh scripts/preflight.sh --python)" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.tools: requirements/dev.txt $(VENV)/.made
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

.venv-bare/.made: requirements/dev.txt | preflight
	"$$(sh scripts/preflight.sh --python)" -m venv --clear .venv-bare
	"$(BARE)" -m pip install --quiet --disable-pip-version-check -c requirements/dev.txt pytest coverage
	@touch $@

# The two builds take turns in one environment: each forgets that the other was there.
$(VENV)/.built-dev: $(RUST_SOURCES) $(VENV)/.tools | preflight
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" "$(BIN)/maturin" develop --quiet --features as-in-tests
	@rm -f $(VENV)/.built-release && touch $@

$(VENV)/.built-release: $(WHEEL_SOURCES) $(VENV)/.made | preflight
	@echo "building openhands-testgen (release; some minutes the first time)"
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check .
	@rm -f $(VENV)/.built-dev && touch $@
