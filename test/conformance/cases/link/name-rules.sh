# pins: which names a device may have (dev_valid_name; iproute2 check_ifname)
ip netns add a
for n in . .. a/b a:b "a b" 'x%d' abcdefghijklmnop abcdefghijklmno lo ""; do
  ip -n a link add "$n" type bridge; echo "'$n' $?"
done
