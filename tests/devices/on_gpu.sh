#!/usr/bin/env bash
# The first minutes on a GPU, in the order in which one wants to know: tests, wrong numbers, hidden waits, costs, a lab that plays.
#
#   PYTHON=python3 tests/devices/on_gpu.sh [OUT] [DEVICE]
#
# Takes under 8 minutes, goes on after a failure, and leaves in OUT one table (table.md) and the whole log of each part.
# Wants torch with CUDA, and plotly, ipywidgets and anywidget beside it; no network. DEVICE is cuda; cpu rehearses it.
set -u
cd "$(dirname "$0")/../.."
out=${1:-on_gpu}
device=${2:-cuda}
python=${PYTHON:-python3}
mkdir -p "$out"
table=$out/table.md
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1

printf '| part | what | found |\n|---|---|---|\n' | tee "$table"

# part NAME SECONDS COMMAND…: keeps the rows that it prints, then how it ended
part() {
    local name=$1 limit=$2 began=$SECONDS
    shift 2
    timeout "$limit" "$@" >"$out/$name.log" 2>&1
    local code=$?
    grep -E '^\| ' "$out/$name.log" | sed "s/^| /| $name | /" | tee -a "$table"
    printf '| %s | exit code %s | %s s |\n' "$name" "$code" "$((SECONDS - began))" | tee -a "$table"
}

check=("$python" -m tests.devices.on_gpu --device "$device")
marks=gpu
[ "$device" = cpu ] && marks="not gpu"
tests=("$python" -m pytest -q -o addopts= --import-mode=importlib -p no:cacheprovider -p no:benchmark -m "$marks" tests/devices)

part versions 20 "${check[@]}" versions
part tests 120 "${tests[@]}" -W "ignore:RNN module weights"
tail -n 3 "$out/tests.log"
part contiguous 25 "${tests[@]}" -x -k "agrees_with_unrolled and deep and float32 and LSTM"
part loops 40 "${check[@]}" loops
part waits 45 "${check[@]}" waits
part default-device 25 "${check[@]}" default-device
part capture 50 "$python" -m rnnviz bench capture --quick --device "$device" --json
part capture-ieee 50 env NVIDIA_TF32_OVERRIDE=0 "$python" -m rnnviz bench capture --quick --device "$device" --json
part lab 45 "${check[@]}" lab
part profile 55 "${check[@]}" profile
for name in capture capture-ieee; do
    "$python" -m tests.devices.on_gpu --device "$device" costs "$out/$name.log" | sed "s/^| /| $name | /" | tee -a "$table"
done
