#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs programs of Debian, a line each: "NAME: RESULT", the same on every machine, or "NAME: FAIL …".
# Times, addresses and counts that depend on the machine's speed are in no result.
export PATH=/usr/sbin:/usr/bin LC_ALL=C HOME=/tmp TMPDIR=/tmp
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
ln -sfn /proc/self/fd /dev/fd
# only results on the console: programs die of signals here on purpose
dmesg -n 1
sysctl -qw debug.exception-trace=0
cd /tmp || exit 1
count=0
trap 'kill $(jobs -p) 2>/dev/null' EXIT

report() { # NAME STATUS
    local failed=
    [ "$2" = 0 ] || failed="FAIL $2: "
    count=$((count + 1))
    echo "$1: $failed$(tr -s '\n\t ' '   ' < out | tail -c 900 | sed 's/ $//')"
}

# NAME COMMAND…: the result is what it prints.
prints() {
    local name=$1
    shift
    "$@" > out 2>&1 < /dev/null
    report "$name" $?
}

# NAME COMMAND…: the result is that it succeeds.
works() {
    local name=$1 status
    shift
    "$@" > out 2>&1 < /dev/null
    status=$?
    [ $status != 0 ] || echo ok > out
    report "$name" $status
}

# Each is the program of its package, not an applet of the busybox.
genuine() {
    local name path
    for name in bash awk=mawk cksum cyclictest depmod find grep gzip hackbench ip kexec lscpu lspci modprobe openssl perf perl ps \
        python3 sed sha256sum sort stress-ng taskset xz; do
        path=$(readlink -f "$(command -v "${name#*=}")")
        case $path in
        /usr/bin/busybox | "")
            echo "$name is '$path'"
            return 1
            ;;
        esac
    done
    echo yes
}

# ---- Shell, text and files ----

pipes() { seq 1 30000 | sort -rn | head -n 9999 | tac | sed 's/7/seven/g' | tr a-z A-Z | grep -c SEVEN; }
subshells() { local i sum=0; for i in {1..60}; do sum=$((sum + $(echo $((i * i))))); done; echo $sum; }
shell_signals() {
    local got=0 i
    trap 'got=$((got + 1))' USR1
    for i in 1 2 3 4 5; do kill -USR1 $BASHPID; done
    { bash -c 'kill -SEGV $$'; } 2> /dev/null
    echo "$got traps, child died of $(($? - 128))"
}
sorted() { seq 1 40000 | mawk '{print ($1 * 7919) % 40009, $1}' > numbers; sort -n --parallel=2 -S 1M numbers | sha256sum; sort numbers | cksum; }
words_of() { mawk 'BEGIN {for (i = 1; i < 20000; i++) {s += sin(i) / i; n[i % 97] += i} for (k in n) t += n[k]; printf "%.12f %d\n", s, t}'; }
sums() { head -c 3000000 /dev/zero | tr '\0' 'x' > xs; md5sum < xs; sha1sum < xs; sha512sum < xs; b2sum < xs; cksum < xs; }
packed() { gzip -9 < xs | gunzip | cmp - xs && xz -1 < numbers | xz -d | cmp - numbers && gzip -n < numbers | sha256sum; }
factors() { factor 18446744073709551557 1000000016000000063 1000000000000000000000007; }
files() { mkdir -p d/{a..z}/{1..9} && touch d/{a..z}/{1..9}/f && ln d/a/1/f d/link && find d -name f | sort | cksum && rm -r d && ! test -e d; }
holes() { truncate -s 64M big && dd if=numbers of=big bs=4096 seek=8000 conv=notrunc status=none && sha256sum big && rm big; }
threads_of_sort() { seq 200000 | shuf --random-source=<(yes) | sort -n --parallel=2 -S 2M | cmp - <(seq 200000) && echo same; }

# ---- Perl, Python ----

perl_sieve() { perl -e 'my @c; for my $i (2 .. 60000) {next if $c[$i]; $n++; $s += $i; for (my $j = $i * $i; $j <= 60000; $j += $i) {$c[$j] = 1}} print "$n $s\n"'; }
perl_digests() { perl -MDigest::SHA=sha256_hex -MDigest::MD5=md5_hex -MMath::BigInt -e 'print sha256_hex("a" x 100000), " ", md5_hex("b" x 100000), " ", length(Math::BigInt->new(3)->bpow(500)->bstr), "\n"'; }
perl_fork() { perl -MPOSIX -e 'for my $i (1 .. 20) {pipe(my $r, my $w); my $p = fork; if (!$p) {syswrite $w, $i * $i; POSIX::_exit($i)} close $w; sysread $r, my $x, 9; waitpid $p, 0; $s += $x + ($? >> 8)} print "$s\n"'; }
perl_timer() { perl -MTime::HiRes=ualarm -e '$SIG{ALRM} = sub {$n++}; ualarm 2000, 2000; 1 while $n < 25; ualarm 0; print "25 ticks\n"'; }
python() { python3 -c "$1"; }
py_pi() {
    python '
import hashlib
def pi(n):
    a = lambda x: sum((-1) ** k * (10 ** (n + 10) // x ** (2 * k + 1)) // (2 * k + 1) for k in range(3 * n // 2))
    return (16 * a(5) - 4 * a(239)) // 10 ** 10
text = str(pi(300))
print(text[:20], hashlib.sha256(text.encode()).hexdigest())'
}
py_floats() {
    python '
import math, struct, zlib
crc = 0
for i in range(1, 20000):
    x = i / 7
    for y in (math.sqrt(x), math.sin(x), math.exp(-x), math.fma(x, x, -1.0), float(int(x)), math.fmod(x, 1.5)):
        crc = zlib.crc32(struct.pack("<d", y), crc)
for text in ("inf", "-inf", "5e-324", "1.7976931348623157e308"):
    crc = zlib.crc32(struct.pack("<f" if "inf" in text else "<d", float(text) / 3), crc)
print("%08x" % crc)'
}
py_threads() {
    python '
import queue, threading
q, out, lock = queue.Queue(8), [], threading.Lock()
def work():
    while (n := q.get()) is not None:
        with lock:
            out.append(n * n)
pool = [threading.Thread(target=work) for _ in range(6)]
[t.start() for t in pool]
[q.put(n) for n in range(3000)]
[q.put(None) for _ in pool]
[t.join() for t in pool]
print(len(out), sum(out))'
}
py_icache() {
    python '
import ctypes, mmap, os
libc = ctypes.CDLL(None)
m = mmap.mmap(-1, 4096, prot=7)
at = ctypes.addressof(ctypes.c_char.from_buffer(m))
call = ctypes.CFUNCTYPE(ctypes.c_long)(at)
total = 0
for n in range(200):
    # li a0, n; ret
    m[:8] = (n << 20 | 0x513).to_bytes(4, "little") + (0x00008067).to_bytes(4, "little")
    assert libc.syscall(259, ctypes.c_ulong(at), ctypes.c_ulong(at + 8), ctypes.c_ulong(0)) == 0
    os.sched_setaffinity(0, {n & 1})
    total += call()
print(total)'
}
py_mmap() {
    python '
import mmap, os
m = mmap.mmap(-1, 32 << 20)
for at in range(0, len(m), 4096): m[at] = at >> 12 & 255
pid = os.fork()
if not pid:
    m[0:4] = b"seen"
    os._exit(sum(m[at] for at in range(0, len(m), 4096)) & 127)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), m[0:4].decode())
m.madvise(mmap.MADV_DONTNEED)
m.close()
p = mmap.mmap(-1, 8 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
p[:] = b"z" * len(p)
pid = os.fork()
if not pid:
    p[::4096] = b"y" * len(p[::4096])
    os._exit(p.find(b"x") + 2)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), p.count(b"y") if hasattr(p, "count") else p[:].count(b"y"))'
}
py_signals() {
    python '
import os, signal, time
got = {}
def on(n, _): got[n] = got.get(n, 0) + 1
for n in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM): signal.signal(n, on)
for _ in range(500): os.kill(os.getpid(), signal.SIGUSR1)
signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
while got.get(signal.SIGALRM, 0) < 20: signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)
while not got.get(signal.SIGVTALRM): pass
print(got[signal.SIGUSR1], got[signal.SIGALRM] >= 20)'
}
py_clocks() {
    python '
import time
for name in ("REALTIME", "MONOTONIC", "BOOTTIME", "MONOTONIC_RAW", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID"):
    clock = getattr(time, "CLOCK_" + name)
    last = time.clock_gettime_ns(clock)
    for _ in range(3000):
        now = time.clock_gettime_ns(clock)
        assert now >= last, name
        last = now
for ms in (1, 5, 20):
    t = time.monotonic_ns()
    time.sleep(ms / 1000)
    assert time.monotonic_ns() - t >= ms * 1000000, ms
print(time.get_clock_info("monotonic").resolution)'
}
py_sockets() {
    python '
import hashlib, socket, threading
listener = socket.create_server(("127.0.0.1", 0))
def echo(c):
    with c:
        while data := c.recv(4096): c.sendall(data)
def serve():
    while True: threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()
threading.Thread(target=serve, daemon=True).start()
total = hashlib.sha256()
for n in range(20):
    with socket.create_connection(listener.getsockname()) as c:
        c.sendall(bytes([n]) * 50000)
        c.shutdown(socket.SHUT_WR)
        while data := c.recv(65536): total.update(data)
print(total.hexdigest())'
}
py_traps() {
    python '
import ctypes, os, signal
def child(f):
    pid = os.fork()
    if not pid:
        f()
        os._exit(0)
    return os.waitpid(pid, 0)[1] & 127
def code(word):
    import mmap
    m = mmap.mmap(-1, 4096, prot=7)
    m[:8] = word.to_bytes(4, "little") + (0x00008067).to_bytes(4, "little")
    return lambda: ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()
print("null", child(lambda: ctypes.string_at(0)), "stvec", child(code(0x10502573)), "hgatp", child(code(0x68002573)),
    "vsstatus", child(code(0x20002573)), "sret", child(code(0x10200073)), "hfence", child(code(0x62000073)), "ebreak", child(code(0x00100073)),
    "hlv", child(code(0x60054573)), "wfi", child(code(0x10500073)), "time", child(code(0xc0102573)))
b = (ctypes.c_char * 64)()
for off in range(1, 9):
    ctypes.c_uint64.from_buffer(b, off).value = 0x0123456789abcdef
    assert ctypes.c_uint64.from_buffer(b, off).value == 0x0123456789abcdef
print("misaligned ok")'
}

# ---- OpenSSL ----

digests() { local d; for d in sha256 sha3-512 blake2b512 sm3; do openssl dgst -$d < xs; done; }
ciphers() {
    local c key=00112233445566778899aabbccddeeff
    for c in aes-128-cbc aes-128-ctr camellia-128-cbc; do
        openssl enc -$c -K $key -iv $key < numbers | tee enc | sha256sum
        openssl enc -d -$c -K $key -iv $key < enc | cmp - numbers || return
    done
}
signature() {
    openssl genpkey -quiet -algorithm ED25519 -out key && openssl pkey -in key -pubout -out pub &&
        openssl pkeyutl -sign -rawin -inkey key -in numbers -out sig && openssl pkeyutl -verify -rawin -pubin -inkey pub -in numbers -sigfile sig &&
        openssl ecparam -name prime256v1 -genkey -noout -out ec && openssl dgst -sha256 -sign ec -out sig numbers &&
        openssl dgst -sha256 -prverify ec -signature sig numbers
}
speed() { openssl speed -seconds 1 -bytes 1024 sha256; }

# ---- Scheduler, memory, timers under load ----

stress() { stress-ng --quiet --verify --timeout 120 --no-rand-seed "$@"; }
cyclic() { cyclictest -q -m -t 2 -p 80 -i 2000 -l 60 2> /dev/null | mawk '/^T: 0 .* C: *60 Min/ || /^T: 1 .* C: *[1-9]/ {n++} END {print n, "threads"}'; }
affinity() { local c; for c in 0 1; do taskset -c $c python3 -c 'import os; print(os.sched_getaffinity(0))'; done; taskset -p 3 $$ > /dev/null; }
realtime() { chrt -f 50 chrt -p 0 | sed 's/pid [0-9]*/pid/'; chrt -b 0 true; chrt -i 0 true; }
spaces() { unshare --pid --fork --mount --mount-proc bash -c 'echo $$; ps -p 1 -o comm='; }
locked() { (flock 9; seq 1 3 > locked) 9> lock; flock lock cat locked; }

# ---- Kernel, devices ----

cpus() { grep -c ^processor /proc/cpuinfo; nproc; lscpu | grep -E '^(Architecture|Byte Order|CPU\(s\)):'; grep -om 1 'rv64imafdc' /proc/cpuinfo; grep -m 1 -o 'sstc' /proc/cpuinfo; }
memory() { free -k | mawk '/^Mem/ {exit !($2 > 400000 && $4 > 50000)}'; }
interrupts() { mawk '/riscv-timer|IPI/ {n++; if ($2 + $3 < 10 && /riscv-timer/) bad = 1} END {exit bad || n < 2}' /proc/interrupts; }
network() { ip link set lo up && ip -brief address show lo && ip route add 192.0.2.0/24 dev lo && ip route get 192.0.2.9 | head -n 1 && ip link show lo | grep -c LOOPBACK,UP; }
bus() {
    lspci > /dev/null || return
    cat > dump <<'DUMP'
00:01.0 0200: 8086:100e (rev 03)
00: 86 80 0e 10 07 00 00 00 03 00 00 02 00 00 00 00
10: 00 00 00 40 01 00 00 00 00 00 00 00 00 00 00 00
20: 00 00 00 00 00 00 00 00 00 00 00 00 f4 1a 00 11
30: 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00
DUMP
    lspci -F dump
}
modules() { depmod && modprobe -a virtio_mmio virtio_blk virtio_net virtio-rng virtio_balloon virtio_input && lsmod | mawk '/^virtio|failover/ {print $1}' | sort; }
disk() { udevadm settle 2> /dev/null; local i; for i in {1..100}; do [ -b /dev/vda ] && break; sleep 0.1; done; lsblk -bdno SIZE /dev/vda; dd if=/dev/vda bs=64k iflag=direct status=none | sha256sum; }
disk_write() { dd if=numbers of=/dev/vda bs=4k seek=16 oflag=direct conv=fsync status=none; dd if=/dev/vda bs=4k skip=16 count=60 iflag=direct status=none | sha256sum; }
disk_parallel() { local i; for i in {1..8}; do dd if=/dev/vda of=/dev/null bs=4k skip=$((i * 32)) count=32 iflag=direct status=none || return & done; wait; }
entropy() { cat /sys/class/misc/hw_random/rng_current; head -c 4096 /dev/hwrng | wc -c; head -c 100000 /dev/urandom | wc -c; }
ether() {
    local dev
    dev=$(basename "$(dirname "$(grep -l 52:54:00 /sys/class/net/*/address)")")
    ip link set "$dev" up && ip addr add 10.0.2.15/24 dev "$dev" && python '
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(60)
got = 0
for seq in range(30):
    head = struct.pack(">BBHHH", 8, 0, 0, 7, seq) + bytes(range(200))
    total = sum(struct.unpack(">%dH" % (len(head) // 2), head))
    total = (total >> 16) + (total & 65535)
    s.sendto(head[:2] + struct.pack(">H", 65535 - (total + (total >> 16)) & 65535) + head[4:], ("10.0.2.2", 0))
    while (p := s.recv(999))[20] != 0 or p[26:28] != struct.pack(">H", seq): pass
    got += p[28:] == bytes(range(200))
print(got, "replies")'
}

prints genuine genuine
prints pipes pipes
prints subshells subshells
prints shell_signals shell_signals
prints sort sorted
prints sort_threads threads_of_sort
prints awk words_of
prints checksums sums
prints gzip_xz packed
prints factor factors
prints find files
prints dd holes
prints perl_sieve perl_sieve
prints perl_digests perl_digests
prints perl_fork perl_fork
prints perl_timer perl_timer
prints python_pi py_pi
prints python_floats py_floats
prints python_threads py_threads
prints python_icache py_icache
prints python_mmap py_mmap
prints python_signals py_signals
prints python_clocks py_clocks
prints python_traps py_traps
prints openssl_digests digests
prints openssl_ciphers ciphers
works openssl_signature signature
works openssl_speed speed
works stress_cpu stress --cpu 2 --cpu-ops 40 --cpu-method all
works stress_vm stress --vm 2 --vm-bytes 16M --vm-ops 4000 --vm-method walk-1d
works stress_switch stress --switch 2 --switch-ops 500
works stress_fork stress --fork 2 --fork-ops 20
works stress_futex stress --futex 2 --futex-ops 200
works stress_timer stress --timer 2 --timer-ops 400 --timer-freq 1000
works stress_sigsegv stress --sigsegv 2 --sigsegv-ops 400
works stress_fault stress --fault 2 --fault-ops 400
works stress_tlb stress --tlb-shootdown 1 --tlb-shootdown-ops 20
works stress_membarrier stress --membarrier 1 --membarrier-ops 100
works stress_pthread stress --pthread 2 --pthread-ops 200
works stress_matrix stress --matrix 2 --matrix-ops 100
works hackbench hackbench -g 2 -l 30
works hackbench_threads hackbench -T -p -g 1 -l 30
prints cyclictest cyclic
works signaltest signaltest -q -t 4 -l 50
works perf_bench perf bench sched pipe -l 1000
prints taskset affinity
prints chrt realtime
prints unshare spaces
prints flock locked
prints cpuinfo cpus
works memory memory
works interrupts interrupts
prints ip network
prints python_sockets py_sockets
prints lspci bus
prints modprobe modules
prints virtio_blk disk
prints virtio_blk_write disk_write
works virtio_blk_parallel disk_parallel
prints virtio_rng entropy
prints virtio_net ether
works ps ps -ef
prints uname uname -sm
echo "end: $count programs"
