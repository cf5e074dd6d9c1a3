# pins: iptables-nft has a rule's checkentry hear of a base chain's hook alone: in a user's chain --clamp-mss-to-pmtu passes wherever a jump leads; a target's own hooks are looked at when a jump is added (nft_target_set_tgchk_param, nft_target_validate)
# state: no
for t in iptables iptables-legacy; do
  $t -N u; $t -A u -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu; echo $?
  $t -A INPUT -p udp -j u; echo $?
  $t -A INPUT -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu; echo $?
  $t -N v; $t -A INPUT -j v; $t -A v -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu; echo $?
  $t -t mangle -N w; $t -t mangle -A w -m owner --uid-owner 0; $t -t mangle -A INPUT -j w; echo $?
  $t -t mangle -N x; $t -t mangle -A INPUT -j x; $t -t mangle -A x -m owner --uid-owner 0; echo $?
  $t -t mangle -N y; $t -t mangle -A PREROUTING -j y; $t -t mangle -A y -m policy --dir out --pol none; echo $?
  $t -S; $t -t mangle -S
done
