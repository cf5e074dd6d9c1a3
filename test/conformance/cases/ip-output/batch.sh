# pins: ip -batch, and what -force changes
# state: no
ip netns add a
printf 'link add d0 type bridge\n# comment\n\naddr add 10.0.0.1/24 dev d0\nlink set d0 up\nroute add 10.9.0.0/16 via 99.0.0.1\naddr add 10.0.0.2/24 dev d0\n' > batch
ip -n a -batch batch; echo $?
ip -n a -br -4 addr
ip -n a -force -batch batch; echo $?
ip -n a -br -4 addr; echo 'addr del 10.0.0.2/24 dev d0' | ip -n a -b -; echo $?; ip -n a -b nofile; echo $?
