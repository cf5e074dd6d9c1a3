# pins: /etc/netns/NAME/FILE stands for /etc/FILE in ip netns exec (bind_etc)
# state: no
ip netns add a; mkdir -p /etc/netns/a; echo '10.9.9.9 special' > /etc/netns/a/hosts
ip netns exec a cat /etc/hosts; grep -c special /etc/hosts
rm -r /etc/netns/a; ip netns exec a grep -c special /etc/hosts
