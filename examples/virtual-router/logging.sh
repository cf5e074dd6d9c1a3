#!/bin/bash
# A LOG rule in every chain of every table of every namespace, and nothing else: policies ACCEPT, no other rule.
# What passes is then told by dmesg, chain by chain.

log() { # NAMESPACE CHAIN TABLE
  sudo ip netns exec "$1" iptables -t "$3" -A "$2" -j LOG --log-prefix "$1:$2:$3:" --log-level info
}

established() { # NAMESPACE CHAIN: says which packets belong to a connection that was seen in both directions
  sudo ip netns exec "$1" iptables -t filter -A "$2" -m conntrack --ctstate ESTABLISHED,RELATED \
    -j LOG --log-prefix "$1:$2:established:" --log-level info
}

for box in boxA router boxB; do
  for table in raw mangle nat filter; do
    sudo ip netns exec $box iptables -t $table -F
  done
  for chain in INPUT FORWARD OUTPUT; do
    sudo ip netns exec $box iptables -t filter -P $chain ACCEPT
  done
  for chain in PREROUTING OUTPUT; do log $box $chain raw; done
  for chain in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do log $box $chain mangle; done
  for chain in PREROUTING INPUT OUTPUT POSTROUTING; do log $box $chain nat; done
  for chain in INPUT FORWARD OUTPUT; do log $box $chain filter; done
  for chain in INPUT FORWARD OUTPUT; do established $box $chain; done
done
