# Thin: scripts/setup installs what is missing, cargo does the rest.

.PHONY: build test check clean setup

build: setup
	cargo build --release

test: setup
	cargo test --workspace

check: setup
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

clean:
	cargo clean

setup:
	@scripts/setup
