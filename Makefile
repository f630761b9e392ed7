# The commands of the project. Nothing has to be installed by hand but Rust: the programs of
# PostgreSQL's server are installed where they are missing. What is given to make, such as
# DEMO=exit, reaches the program as its environment.

.DEFAULT_GOAL := help
.PHONY: help demo test bench check docs sqlx postgres

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

demo: postgres ## a ledger with real figures, from nothing; DEMO=exit ends it, YEARS=all loads every year
	cargo build --release -p litopys-api -p litopys-audit
	target/release/litopys demo

test: postgres ## every test
	cargo test --workspace

bench: postgres ## measure, and write target/bench.json
	cargo build --release -p litopys-api
	cargo run --release -p litopys-tests --bin bench

check: ## all that must pass (.ci/run)
	.ci/run

docs: ## renew docs/procedures.md after a law file or a vector changed
	cargo run -p litopys-api -- procedure table --out docs/procedures.md

sqlx: postgres ## renew .sqlx after a query or a migration changed
	cargo run -p litopys-migrations --bin sqlx-prepare

# initdb and postgres are not on Debian's PATH.
postgres:
	@if [ -n "$$PG_BIN" ] || command -v initdb > /dev/null || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then \
		exit 0; \
	fi; \
	if ! command -v apt-get > /dev/null; then \
		echo "PostgreSQL's server programs (initdb, postgres) are missing, and there is no apt-get to install them: install PostgreSQL 15 or later and, if they are not on PATH, set PG_BIN to their directory" >&2; \
		exit 1; \
	fi; \
	if [ "$$(id -u)" -eq 0 ]; then sudo=; \
	elif command -v sudo > /dev/null; then sudo=sudo; \
	else \
		echo "PostgreSQL's server programs are missing; as root, run: apt-get install -y --no-install-recommends postgresql" >&2; \
		exit 1; \
	fi; \
	echo "installing PostgreSQL's server programs"; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
