# Everything one does here. `make help` lists it.
#
# ARGS is handed on: make run ARGS="--listen 127.0.0.1:9000"

CARGO  ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
ARGS   ?=
MINUTES ?= 10
SEED   ?= 1

.DEFAULT_GOAL := help
.PHONY: help run test check verify openapi bench chaos explore performance example pipeline fuzz schemathesis release sbom set-up set-up-test


help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: set-up ## Serve on 127.0.0.1:8700, optimised, with a Redis of its own and its data in ./data
	$(CARGO) build --release --locked -p waggle-server --bin waggle
	exec $(TARGET)/release/waggle serve --data-dir ./data $(ARGS)

test: set-up-test ## Run all tests on a real Redis, a real Prometheus and a real browser
	$(CARGO) build --locked --workspace --bins
	$(CARGO) test --locked --workspace --doc --quiet
	scripts/test.sh $(ARGS)

check: ## Check formatting, lints and dependencies
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	scripts/deny.sh

verify: ## Compare what is generated with what is checked in
	scripts/verify.sh

openapi: ## Write openapi/openapi.json anew
	$(CARGO) build --locked -p waggle-server --bin waggle
	mkdir -p openapi
	$(TARGET)/debug/waggle openapi > $(TARGET)/openapi.json
	cp $(TARGET)/openapi.json openapi/openapi.json

bench: set-up ## Measure an optimised build; ARGS="--help" says what there is
	$(CARGO) build --release --locked -p waggle-server -p waggle-tests --bins
	$(TARGET)/release/waggle bench $(ARGS)

chaos: set-up-test ## Inject faults drawn by SEED for MINUTES and judge every history
	$(CARGO) build --locked --workspace --bins
	CHAOS_MINUTES=$(MINUTES) CHAOS_SEED=$(SEED) $(CARGO) test --locked -p waggle-tests --test faults -- \
		--ignored --exact --nocapture chaos::rounds::for_minutes

explore: set-up-test ## Check the properties on random cases for MINUTES
	scripts/explore.sh $(MINUTES)

performance: ## Write the tables of docs/performance.md anew from docs/performance.json
	$(CARGO) build --locked -p waggle-server --bin waggle
	$(TARGET)/debug/waggle bench --render docs/performance.json --into docs/performance.md

example: set-up ## Count the words of this repository with eight shell agents
	$(CARGO) build --locked -p waggle-server --bin waggle
	PATH="$(abspath $(TARGET))/debug:$$PATH" examples/swarm-of-shell-agents/run.sh $(ARGS)

pipeline: set-up ## Count words and headings of docs/ with a plan, a question and a report (ARGS=headings)
	$(CARGO) build --locked -p waggle-server --bin waggle
	PATH="$(abspath $(TARGET))/debug:$$PATH" examples/research-pipeline/run.sh $(ARGS)

fuzz: ## Let libFuzzer look for inputs that break a reader (ARGS="task 60": one target, seconds)
	scripts/fuzz.sh $(ARGS)

schemathesis: set-up ## Ask a service all that its OpenAPI document allows, and more (MINUTES=3)
	scripts/schemathesis/run.sh $(ARGS)

release: set-up ## Build the program that is handed on, with a list of its parts
	scripts/release.sh

sbom: ## Write the list of the program's parts alone
	scripts/release.sh sbom

set-up:
	@scripts/set-up.sh

set-up-test:
	@scripts/set-up.sh test
