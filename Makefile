# Thin: scripts/setup installs what is missing, cargo does the rest.

.PHONY: build run test race random fuzz bench check clean setup programs lab

# BPF needs root.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
TRACEHOUND = $(SUDO) target/release/tracehound

build: setup
	cargo build --release --package tracehound

run: build programs
	$(TRACEHOUND) -e sigprocmask -- target/programs/sigmask

test: setup programs
	cargo test --workspace
	cargo xtask fuzz --seconds 40
	cargo xtask fuzz filter --seconds 20
	cargo xtask fuzz policy --seconds 20
	cargo build --package xtask
	$(SUDO) target/debug/xtask soak --duration 20s --tracer target/debug/tracehound
	cargo xtask lab

# A set rewritten under the call: how often user memory lies, and that the masks never do.
race: build programs
	$(TRACEHOUND) -e sigprocmask -o none --stats -- target/programs/race 100000 >/dev/null

# System calls at random with hostile arguments, against their maker's own log: make random SECONDS=60
random: programs
	$(SUDO) env TRACEHOUND_RANDOM_SECONDS=$(or $(SECONDS),60) cargo test -p tracehound --test random \
		-- --nocapture

# Times beside other tracers, those that can be installed. ARGS: calls or workloads, --rounds N, --quick,
# --markdown.
bench: build programs
	@scripts/setup bench
	cargo build --package xtask
	$(SUDO) target/debug/xtask bench $(ARGS)

# The live tests on stock Debian kernels in qemu; `cargo xtask lab all` takes every kernel.
lab: setup
	cargo xtask lab

# Until it finds something or the time is over: make fuzz SECONDS=600 [TARGET=filter|policy]
fuzz: setup
	cargo xtask fuzz $(TARGET) --seconds $(or $(SECONDS),60)

programs:
	@$(MAKE) -s -C programs

check: setup
	cargo xtask check

clean:
	cargo clean

setup:
	@scripts/setup
