# pins: iptables-nft reads ports and flags back into one -m tcp or -m udp where the first stands; what says nothing, and --tcp-option, are extensions that the kernel checks (nft_compat.c, xt_check_match)
# state: no
for t in iptables iptables-legacy; do
  for m in "udp --sport 7" "tcp --dport 7" "udp" "tcp" "udp --dport 0:65535" "icmp --icmp-type 8"; do
    for p in "-p icmp" "-p udp" "! -p tcp" ""; do
      $t -A OUTPUT $p -m $m -j ACCEPT; echo "$? $t $p -m $m"
    done
  done
  $t -A OUTPUT -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -m tcp --tcp-option 2
  $t -A OUTPUT -p tcp -m tcp --tcp-option 2 -m tcp --dport 80
  $t -A OUTPUT -p tcp -m tcp --dport 80 -m comment --comment x -m tcp --sport 7 -m tcp --syn
  $t -A OUTPUT -p udp -m udp ! --dport 80 -m comment --comment x -m udp --sport 7
  $t -A OUTPUT -p tcp -m tcp -m comment --comment x -m tcp --dport 81
  $t -A OUTPUT -p udp -m udp -m udp
  $t -A OUTPUT -p tcp -m tcp --sport 1:65535 -m comment --comment y -m tcp --dport 0:65535
  $t -S
  $t -vnL OUTPUT
done
