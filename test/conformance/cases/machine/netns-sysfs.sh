# pins: /sys/class/net in ip netns exec
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec a ls /sys/class/net; ip netns exec a cat /sys/class/net/va/mtu /sys/class/net/va/operstate /sys/class/net/va/carrier /sys/class/net/va/ifindex /sys/class/net/va/iflink /sys/class/net/lo/address /sys/class/net/va/flags /sys/class/net/va/tx_queue_len /sys/class/net/va/type
ip -n b link set vb down; ip netns exec a cat /sys/class/net/va/carrier; ip -n a link set va down; ip netns exec a cat /sys/class/net/va/carrier; echo $?
