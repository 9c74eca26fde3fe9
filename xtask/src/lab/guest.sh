#!/busybox/busybox sh
# The guest's first program: mounts, runs what the kernel command line asks for ($lab_task), powers
# off. Lines that start with @@ are for the host to read.
export PATH=/bin:/busybox HOME=/root TERM=dumb
mkdir -p /proc /sys /dev /run
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmp /tmp
mount -t tmpfs shm /dev/shm
mount -t devpts pts /dev/pts
mount -t tracefs trace /sys/kernel/tracing
mount -t debugfs debug /sys/kernel/debug
mount -t securityfs security /sys/kernel/security
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
ifconfig lo 127.0.0.1 up
ln -sf /proc/self/fd /dev/fd
export TRACEHOUND_BIN=/lab/tracehound TRACEHOUND_PROGRAMS=/lab/programs TRACEHOUND_LAB=1
cd /tmp || exit 1
echo "@@ kernel $(uname -r)"

# Which rungs work, and why the others do not.
ask() {
	events=$(tr '\n' , </lab/events)
	/lab/tracehound doctor --all-rungs "${events%,}" >/tmp/proved 2>/tmp/fails || cat /tmp/fails
	# What is proved together can get in each other's way: those that failed are asked alone, but for
	# what the kernel lacks, alone or not.
	lacks=': (this kernel|needs Linux|bpf is not among)'
	for event in $(grep -vE "$lacks" /tmp/fails | cut -d' ' -f1 | sort -u); do
		grep -qx "$event" /lab/events || continue
		/lab/tracehound doctor --rungs "$event" >/tmp/works 2>/tmp/why || cat /tmp/why
		for list in proved fails; do
			grep -v "^$event " /tmp/$list >/tmp/rest
			mv /tmp/rest /tmp/$list
		done
		sed "s|^|$event |" /tmp/works >>/tmp/proved
		sed "s|^|$event |" /tmp/why >>/tmp/fails
	done
	sed 's|^|@@ works |' /tmp/proved
	sed 's|^|@@ fails |' /tmp/fails
	cut -d' ' -f2 /tmp/proved >/tmp/rungs
}

# The tests, once per rung that works for the event they are of, or for any.
tests() {
	ask
	hook=0 rungs=0 last=
	while read -r rung event binary filters; do
		if [ "$event" = any ]; then
			grep -qxF "$rung" /tmp/rungs || continue
		else
			grep -qxF "$event $rung" /tmp/proved || continue
		fi
		[ -z "$lab_rung" ] || [ "$lab_rung" = "$rung" ] || continue
		# Events of hooks one by one, what concerns many events by the rung.
		share=${lab_share:-1}
		if [ "$binary" = hooks ]; then
			hook=$((hook + 1)) turn=$hook
		else
			[ "$rung" = "$last" ] || rungs=$((rungs + 1))
			last=$rung turn=$rungs
		fi
		# The table of calls is each kernel's own, and quickly held against it; so are its types.
		case "$binary" in kernel_table | tracehound_probes) share=1 ;; esac
		if [ $((turn % share)) -ne $((${lab_turn:-0} % share)) ]; then
			echo "@@ left $event $rung"
			continue
		fi
		echo "@@ run $rung $binary"
		export TRACEHOUND_RUNG="$rung"
		# Their events have no rung in common.
		case "$binary" in containers | stacks | hostnames) unset TRACEHOUND_RUNG ;; esac
		# shellcheck disable=SC2086 # filters are words
		timeout "${lab_limit:-300}" "/lab/tests/$binary" \
			--test-threads=1 --color never ${lab_test:-$filters} </dev/null 2>&1
		echo "@@ ran $?"
	done </lab/plan
}

# Instructions per call: nothing attached first, then each rung that works of the event with a program
# of its own, and of the system call as the tables tell it.
icount() {
	echo "@@ icount none $(/lab/programs/icount)"
	for counted in sigprocmask rt_sigprocmask; do
		echo $counted >/lab/events
		ask
		while read -r rung; do
			echo "@@ icount $counted:$rung $(/lab/tracehound -q --rung "$rung" -e $counted -o none -- /lab/programs/icount)"
		done </tmp/rungs
	done
}

# What the kernel complained of: a tracer must not make it.
complaints() {
	dmesg | grep -E 'WARNING:|BUG:|Oops|general protection|trace type BPF| stall' | while read -r line; do
		echo "@@ complaint $line"
	done
}

case "$lab_task" in
tests) tests ;;
icount) icount ;;
exec) sh /lab/exec ;;
shell) setsid cttyhack sh -c 'exec bash -i' ;;
esac
complaints
echo "@@ done"
poweroff -f
