# pins: ss -l of TCP and UDP
# state: no
ip netns add a; ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va; ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up; ip -n b link set vb up
ip netns exec b timeout 1.5 nc -l 8000 & ip netns exec b timeout 1.5 nc -lk 10.0.0.2 8001 & ip netns exec b timeout 1.5 nc -u -l 9000 & sleep 0.4
ip netns exec b ss -tln | sort; ip netns exec b ss -uln; ip netns exec b ss -tulnH | wc -l; ip netns exec b ss -tlnpH | sed 's/pid=[0-9]*/pid=N/' | sort; ip netns exec b ss -tln sport = :8001
wait
