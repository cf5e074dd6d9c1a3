# pins: --noflush keeps what is there; a named user chain is emptied
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
save() { R iptables-save -c "$@" | grep -v '^#'; }
R iptables -N web; R iptables -A web -j ACCEPT; R iptables -N keep; R iptables -A keep -j DROP; R iptables -A INPUT -s 1.1.1.1 -j web
R iptables-restore -n <<'X'
*filter
:web - [0:0]
-A web -s 2.2.2.2 -j DROP
-A INPUT -s 3.3.3.3 -j ACCEPT
-I INPUT 1 -s 4.4.4.4 -j ACCEPT
COMMIT
X
echo $?; save
