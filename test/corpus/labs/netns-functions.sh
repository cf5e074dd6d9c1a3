#!/usr/bin/env bash
#
# usage: netns-functions.sh start|stop|status|restart
# run: ./lab.sh start && ./lab.sh status && ./lab.sh stop && ./lab.sh bogus
set -o errexit -o nounset -o pipefail

readonly PREFIX=demo
readonly COUNT=${COUNT:-3}
SCRIPT=$(basename "$0")

log()  { printf '[%s] %s\n' "$SCRIPT" "$*"; }
die()  { log "ERROR: $*" >&2; exit 1; }
ns()   { echo "${PREFIX}$1"; }

usage() {
  cat <<USAGE
usage: $SCRIPT {start|stop|status|restart}

  start    make $COUNT hosts on a bridge
  stop     remove them
USAGE
  exit "${1:-0}"
}

start() {
  ip link show "${PREFIX}-br" &>/dev/null && die "already running"
  ip link add "${PREFIX}-br" type bridge
  ip addr add 10.77.0.254/24 dev "${PREFIX}-br"
  ip link set "${PREFIX}-br" up
  local i
  for ((i = 1; i <= COUNT; i++)); do
    ip netns add "$(ns $i)"
    ip link add "${PREFIX}-v$i" type veth peer name eth0 netns "$(ns $i)"
    ip link set "${PREFIX}-v$i" master "${PREFIX}-br" up
    ip -n "$(ns $i)" addr add "10.77.0.$i/24" dev eth0
    ip -n "$(ns $i)" link set eth0 up
    ip -n "$(ns $i)" route add default via 10.77.0.254
  done
  log "started $COUNT hosts"
}

stop() {
  local i
  for i in $(seq "$COUNT"); do ip netns del "$(ns "$i")"; done
  ip link del "${PREFIX}-br"
  log "stopped"
}

status() {
  ip netns list | sort
  ip -br addr show "${PREFIX}-br" | awk '{print $1, $2, $3}'
  for i in $(seq 1 $COUNT); do
    if ping -c1 -W1 10.77.0.$i &> /dev/null
    then log "$(ns $i) is alive"
    else log "$(ns $i) is dead"
    fi
  done
}

[[ $EUID -eq 0 ]] || die "run me as root"
[[ $# -ge 1 ]] || usage 1
case "$1" in
  start|stop|status) "$1" ;;
  restart) stop; start ;;
  -h|--help) usage ;;
  *) log "unknown command: $1" >&2; usage 2 ;;
esac
