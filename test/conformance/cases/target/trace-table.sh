# pins: TRACE is nf_tables' own "meta nftrace set 1" for iptables-nft, and stands in any table; the old tool's stands in raw alone (xt_TRACE.c, trace_tg_reg)
iptables -A INPUT -p tcp --syn -j TRACE; echo $?
iptables -t mangle -A PREROUTING -p icmp -j TRACE; echo $?
iptables -t nat -A OUTPUT -j TRACE; echo $?
iptables-save
iptables-legacy -A INPUT -j TRACE; echo $?
iptables-legacy -t raw -A PREROUTING -j TRACE; echo $?
iptables-legacy-save
