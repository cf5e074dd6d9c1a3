#!/bin/bash
# Checks before it starts, and talks in colour.

RED='\033[0;31m'; GREEN='\033[0;32m'; NC='\033[0m'
BOLD=$(tput bold 2>/dev/null || true)
ok()   { echo -e "${GREEN}[OK]${NC} $1"; }
bad()  { echo -e "${RED}[!!]${NC} $1" >&2; }

if [ "$(id -u)" -ne 0 ]; then
    bad "This script must be run as root"
    exit 1
fi
[ `whoami` = root ] && ok "running as $(whoami)"

for tool in ip iptables ping tcpdump curl; do
    if command -v "$tool" >/dev/null 2>&1; then
        ok "found $tool"
    else
        bad "$tool is missing"; exit 1
    fi
done
which nonsense-tool > /dev/null || bad "no nonsense-tool ($?)"
type -t ip; type -t cd; type -t ok
hash ip && ok hashed

if ! ip netns list | grep -qw cafe; then
    ip netns add cafe && ok "namespace cafe created"
fi
ip netns list | grep -qw cafe && ok "and it exists"
if [[ -e /var/run/netns/cafe && ! -d /var/run/netns/cafe ]]; then ok "as a file"; fi
test -f /proc/sys/net/ipv4/ip_forward && ok "forwarding is $(cat /proc/sys/net/ipv4/ip_forward)"

echo -e "step\tresult\n----\t------"
printf '%b\n' "a\tb"
echo -n "waiting"
for i in {1..3}; do echo -n "."; sleep 0.05; done
echo " done"
printf "%-12s %5s %s\n" NAME MTU STATE
ip -o link show | while read -r num name flags _ mtu rest; do
    printf "%-12s %5d %s\n" "${name%:}" "$mtu" "$(grep -o 'state [A-Z]*' <<< "$rest" | cut -d' ' -f2)"
done
ip netns delete cafe
[ $? -eq 0 ] && ok "removed" || bad "not removed"
exit 0
