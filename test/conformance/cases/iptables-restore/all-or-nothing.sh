# pins: a wrong line leaves the table as it was
# state: no
ip netns add r; ip -n r link set lo up
R() { ip netns exec r "$@"; }
save() { R iptables-save -c "$@" | grep -v '^#'; }
R iptables -A INPUT -s 1.1.1.1 -j ACCEPT
R iptables-restore <<'X'
*filter
:INPUT DROP [0:0]
-A INPUT -s 2.2.2.2 -j ACCEPT
-A INPUT -s 3.3.3.3 -j NONSENSE
COMMIT
X
echo $?
R iptables-restore <<'X'
*filter
-A NOCHAIN -j ACCEPT
COMMIT
X
echo $?
R iptables-restore <<'X'
*filter
-A INPUT -s 2.2.2.2 -j ACCEPT
X
echo $?
R iptables-restore <<'X'
-A INPUT -s 2.2.2.2 -j ACCEPT
COMMIT
X
echo $?
R iptables-restore <<'X'
*nosuch
COMMIT
X
echo $?
R iptables-restore <<'X'
*filter
:INPUT WRONG [0:0]
COMMIT
X
echo $?
R iptables-restore <<'X'
*filter
hello
COMMIT
X
echo $?
save
