# pins: files of /proc/sys are read and written as files
# state: no
ip netns add a
ip netns exec a bash -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/conf/all/forwarding; cat /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/nope; echo x > /proc/sys/net/ipv4/ip_forward; echo $?; echo 5 > /proc/sys/net/ipv4/nope; ls -l /proc/sys/net/ipv4/ip_forward | cut -c1-10; cat /proc/sys/net/ipv4/tcp_rmem | tr "\t" " "; printf "1 2" > /proc/sys/net/ipv4/ip_forward; echo $?; cat /proc/sys/net/ipv4/ip_forward; echo "  1  " > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward'
