#!/usr/bin/env bash
# Times a host's whole run where its telemetry cannot get anywhere, beside the same host with telemetry
# off: names that nobody answers for, a server that takes everything and says nothing, a disk without
# room, and for comparison a server that answers. A delivery is due at every run. Every round runs each
# once, in a turned order, and a ratio is taken inside its round. Wants root (for networks and disks of
# its own), python3 and a release build:
#     cargo build --release --bin sayso --example probe && benches/whole_run.sh
# Usage: benches/whole_run.sh [ROUNDS]   (PROBE=path of the host; WORK=how long its own work takes, in ms)
set -euo pipefail

if [[ -z ${SAYSO_BENCH_ALONE:-} ]]; then
    SAYSO_BENCH_ALONE=1 exec unshare --net --mount "$0" "$@"
fi
release=$(realpath "$(dirname "$0")/../target/release")
probe=$(realpath "${PROBE:-$release/examples/probe}")
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; umount "$folder/full" 2> /dev/null; rm -rf "$folder"' EXIT
ip link set lo up
echo 'nameserver 127.0.0.53' > "$folder/resolv.conf"
mount --bind "$folder/resolv.conf" /etc/resolv.conf

python3 - "$folder/port" "$folder/port-answering" <<'PYTHON' &
import socket, sys, threading

names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.53", 53))

def serve(file, answer):
    server = socket.create_server(("127.0.0.1", 0), backlog=1024)
    open(file, "w").write(str(server.getsockname()[1]))
    kept = []
    while True:
        connection, _ = server.accept()
        if answer:
            threading.Thread(target=reply, args=[connection], daemon=True).start()
        kept.append(connection)
        del kept[:-1000]

def reply(connection):
    connection.recv(1 << 20)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    connection.close()

threading.Thread(target=serve, args=[sys.argv[1], False], daemon=True).start()
threading.Thread(target=serve, args=[sys.argv[2], True], daemon=True).start()
while True:
    names.recv(4096)
PYTHON
until [[ -s $folder/port && -s $folder/port-answering ]]; do sleep 0.1; done

declare_to() { # FOLDER URL
    cat > "$1/probe.toml" <<TOML
tool = "probe"
name = "Probe"
vendor = "Probes"
why = "To measure."
wait = "0s"
[purposes.usage]
why = "To measure."
[events.E]
purpose = "usage"
[[destinations]]
kind = "https"
url = "$2"
recipient = "Probes"
purposes = ["usage"]
TOML
}

home() { # NAME URL ANSWER...
    local answer=${*:3}
    mkdir -p "$folder/$1"
    if [[ $1 == full ]]; then
        mount -t tmpfs -o size=256k none "$folder/full"
    fi
    declare_to "$folder/$1" "$2"
    local run=(env -i "SAYSO_HOME=$folder/$1" "PROBE_DECLARATION=$folder/$1/probe.toml" "$probe")
    "${run[@]}" telemetry "${@:3}" > /dev/null 2>&1
    if [[ $answer != disable ]]; then
        # One event waits, and the schedule is there to be put back before each run.
        "${run[@]}" run > /dev/null
        until [[ -e $folder/$1/state/delivery/probe.json ]]; do sleep 0.1; done
    fi
    if [[ $1 == full ]]; then
        dd if=/dev/zero of="$folder/full/filler" bs=1k status=none 2> /dev/null || true
    fi
}

hung=http://127.0.0.1:$(cat "$folder/port")/
home off "$hung" disable
home silent https://stats.example.com/ enable --notice 1
home hung "$hung" enable --notice 1
home full "$hung" enable --notice 1
home answering "http://127.0.0.1:$(cat "$folder/port-answering")/" enable --notice 1

python3 - "${1:-20}" "$folder" "$probe" "${WORK:-100}" <<'PYTHON'
import os, statistics, subprocess, sys, time

rounds, folder, probe, work = int(sys.argv[1]), *sys.argv[2:]
homes = ["off", "silent", "hung", "full", "answering"]
null = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

def run(home, work):
    schedule = f"{folder}/{home}/state/delivery/probe.json"
    if home != "off":
        os.utime(schedule, (1, 1))
    variables = {"SAYSO_HOME": f"{folder}/{home}", "PROBE_DECLARATION": f"{folder}/{home}/probe.toml"}
    start = time.perf_counter()
    code = subprocess.run([probe, "run", "--work", work], env=variables, **null).returncode
    took = 1000 * (time.perf_counter() - start)
    # What was started goes on without the host; here it would disturb the next one.
    subprocess.run(["pkill", "-f", "telemetry deliver"], **null)
    return took, code

print("| a host's whole run, with | of nothing, ms more than off | with work of its own, ms | beside off | exit code |")
print("|---|---:|---:|---:|---:|")
table = {}
for amount in ["0", work]:
    table[amount] = {home: [] for home in homes}
    for turn in range(-1, rounds):
        at = turn % len(homes)
        for home in homes[at:] + homes[:at]:
            taken = run(home, amount)
            if turn >= 0:
                table[amount][home].append(taken)
for home in homes:
    times = {amount: [taken for taken, _ in table[amount][home]] for amount in table}
    off = {amount: [taken for taken, _ in table[amount]["off"]] for amount in table}
    more = statistics.median(a - b for a, b in zip(times["0"], off["0"]))
    ratio = statistics.median(a / b for a, b in zip(times[work], off[work]))
    codes = sorted({code for amount in table for _, code in table[amount][home]})
    print(f"| {home} | {more:.2f} | {statistics.median(times[work]):.1f} | {ratio:.3f} | {codes} |")
PYTHON
