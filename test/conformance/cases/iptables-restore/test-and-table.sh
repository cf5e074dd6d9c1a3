# pins: --test changes nothing; -T takes one table
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
save() { R iptables-save -c "$@" | grep -v '^#'; }
R iptables-restore --test <<'X'
*filter
-A INPUT -j DROP
COMMIT
X
echo $?; R iptables -S
R iptables-restore -T nat <<'X'
*filter
-A INPUT -j DROP
COMMIT
*nat
-A POSTROUTING -j MASQUERADE
COMMIT
X
echo $?; save
