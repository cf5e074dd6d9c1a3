# pins: rules by priority; new ones go before the lowest (fib_nl_newrule)
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
r() { ip -n a rule "$@"; echo "-> $?"; }
r add from 10.0.0.1 lookup 100; r add to 10.9.0.0/16 lookup 101; r add fwmark 7 lookup 102 priority 500; r add iif va lookup 103; r add oif va lookup 104; r add from all fwmark 0x10/0xff lookup 105
r show
r del from 10.0.0.1; r del from 10.0.0.1; r add from 10.0.0.1 lookup 100 priority 500; r add from 10.0.0.1 lookup 100 priority 500
r add from all prohibit to 1.2.3.4; r add from all blackhole to 1.2.3.5; r add unreachable to 1.2.3.6; r add from 10.0.0.0/24 goto 32766; r add not from 10.0.0.0/24 lookup main; r add suppress_prefixlength 0 lookup main; r add ipproto tcp dport 80 lookup 7; r add nop to 1.2.3.9; r add goto 99999
r show; r del priority 500; r add priority 5; r add from nonsense
r list table 100; r list from 10.0.0.1
