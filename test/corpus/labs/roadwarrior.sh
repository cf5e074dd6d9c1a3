#!/usr/bin/env bash
# Source this for the functions, or run it.  Three sites, a central office, default deny between sites.
# run: bash -c '. ./lab.sh; build; check; destroy'
SITES="north south east"

site_net() { case $1 in north) echo 10.10;; south) echo 10.20;; east) echo 10.30;; *) return 1;; esac; }

build() {
    ip netns add hq
    ip netns exec hq iptables -P FORWARD DROP
    ip netns exec hq iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    local s net k=0
    for s in $SITES; do
        net=$(site_net $s) || return
        k=$((k+1))
        ip netns add $s
        ip link add wan netns $s type veth peer name to-$s netns hq
        ip -n hq address add 172.16.0.$((k*4-3))/30 dev to-$s
        ip -n $s address add 172.16.0.$((k*4-2))/30 dev wan
        ip -n $s address add $net.0.1/16 dev lo
        ip -n hq link set to-$s up
        ip -n $s link set wan up
        ip -n $s link set lo up
        ip -n $s route add default via 172.16.0.$((k*4-3))
        ip -n hq route add $net.0.0/16 via 172.16.0.$((k*4-2))
    done
    ip netns exec hq iptables -A FORWARD -i to-north -o to-south -j ACCEPT
    ip netns exec hq iptables -A FORWARD -s 10.30.0.0/16 -p icmp -m icmp --icmp-type echo-request -j ACCEPT
}

check() {
    local a b
    printf '%8s' from/to; printf '%8s' $SITES; printf '\n'
    for a in $SITES; do
        printf '%8s' $a
        for b in $SITES; do
            [ $a = $b ] && { printf '%8s' .; continue; }
            ip netns exec $a ping -c1 -W1 -q -I $(site_net $a).0.1 $(site_net $b).0.1 &> /dev/null && printf '%8s' yes || printf '%8s' no
        done
        printf '\n'
    done
    ip netns exec hq iptables -vnxL FORWARD | awk '/ACCEPT|policy/ {print $1, $2, $3, $4}'
}

destroy() { for s in $SITES hq; do ip netns del $s; done; ip netns; }

[[ ${BASH_SOURCE[0]} == "$0" ]] && { build; check; destroy; }
:
