#!/usr/bin/env bash
set -Eeuo pipefail

CREATED=()
finish() {
    local rc=$?
    echo "finish: rc=$rc, made ${#CREATED[@]}: ${CREATED[*]-none}"
    for n in "${CREATED[@]}"; do
        ip netns pids "$n" | xargs -r kill 2>/dev/null || true
        ip netns del "$n"
    done
    echo "left over: $(ip netns list | wc -l)"
}
trap finish EXIT
trap 'echo "error in line $LINENO: $BASH_COMMAND" >&2' ERR

mk() { ip netns add "$1"; CREATED+=("$1"); ip -n "$1" link set lo up; }
mk alpha
mk beta
ip link add ab netns alpha type veth peer name ba netns beta
ip -n alpha addr add 10.0.0.1/24 dev ab
ip -n beta addr add 10.0.0.2/24 dev ba
ip -n alpha link set ab up
ip -n beta link set ba up
ip netns exec beta sleep 100 &
disown
ip netns exec alpha ping -c1 -W1 10.0.0.2 >/dev/null && echo "reachable"
if ! ip netns exec alpha ping -c1 -W1 10.0.0.3 >/dev/null; then echo "nobody at .3"; fi
echo "pids in beta: $(ip netns pids beta | wc -l)"
ip -n beta link set ba down
# The lab ends here, because of set -e:
ip netns exec alpha ping -c1 -W1 -q 10.0.0.2
echo "never printed"
