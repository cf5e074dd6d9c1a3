#!/bin/bash
# The lab's plan is a table in a here-document.
plan() {
cat <<EOF
# name   address          gateway
web1     10.20.0.11/24    10.20.0.1
web2     10.20.0.12/24    10.20.0.1

db       10.30.0.21/24    10.30.0.1
EOF
}
ip netns add gw
ip -n gw link add br20 type bridge
ip -n gw link add br30 type bridge
ip -n gw addr add 10.20.0.1/24 dev br20
ip -n gw addr add 10.30.0.1/24 dev br30
ip -n gw link set br20 up
ip -n gw link set br30 up
n=0
while read -r name addr gw _; do
  [[ -z $name || $name == \#* ]] && continue
  third=$(cut -d. -f2 <<<"$addr")
  ip netns add "$name"
  ip link add eth0 netns "$name" type veth peer name "p$n" netns gw
  ip -n gw link set "p$n" master "br$third" up
  ip -n "$name" addr add "$addr" dev eth0
  ip -n "$name" link set eth0 up
  ip -n "$name" route add default via "$gw"
  (( n++ ))
done < <(plan)
echo "$n hosts"

IFS=$'\n' read -r -d '' -a names < <(plan | awk '!/^#/ && NF {print $1}' && printf '\0')
printf '<%s> ' "${names[@]}"; echo
for from in "${names[@]}"; do
  for to in "${names[@]}"; do
    target=$(plan | awk -v n="$to" '$1 == n {split($2, a, "/"); print a[1]}')
    if ip netns exec "$from" ping -qc1 -W1 "$target" &>/dev/null; then mark=+; else mark=-; fi
    printf '%s' "$mark"
  done
  echo "  $from"
done
ip netns exec gw bash -s -- br20 br30 <<'EOS'
for b in "$@"; do
  echo "$b has $(ls /sys/class/net/$b/brif | wc -l) ports"
done
EOS
ip netns exec gw iptables-restore --noflush <<-RULES
	*filter
	-A FORWARD -i br20 -o br30 -p tcp -j REJECT
	-A FORWARD -i br30 -o br20 -j DROP
	COMMIT
RULES
ip netns exec gw iptables -S FORWARD
ip netns exec web1 ping -qc1 -W1 10.30.0.21 | grep loss
ip netns exec web1 ping -qc1 -W1 10.20.0.12 | grep loss
: "${UNSET_VALUE:=fallback}"; echo "$UNSET_VALUE ${names[-1]} ${#names[@]} ${names[*]:1} ${names[0]^^} ${addr:-none}"
