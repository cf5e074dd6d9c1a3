# pins: iptables-nft makes a table in the batch of the command that needs it, and nfnetlink_rcv_batch() takes all of a batch or nothing
i=0
try() {
  i=$((i + 1))
  ip netns add n$i
  ip netns exec n$i iptables -t mangle "$@"
  echo "$* = $?"
  ip netns exec n$i iptables-save | grep -v '^#'
}
try -A INPUT -j REJECT
try -A INPUT -j nochain
try -A u7 -j DROP
try -I INPUT 4 -j DROP
try -R INPUT 1 -j DROP
try -P INPUTX DROP
try -P INPUT QUEUE
try -N INPUT
try -F nope
try -A INPUT -j QUEUE
try -A INPUT -j INPUT
try -N u1
