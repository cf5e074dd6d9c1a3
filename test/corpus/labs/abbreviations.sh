# everything as short as it goes
ip net a t1
ip net a t2
ip l a a0 type veth peer b0
ip l s a0 netns t1
ip l s b0 netns t2
ip net e t1 ip a a 10.0.0.1/24 dev a0
ip net e t2 ip a a 10.0.0.2/24 dev b0
ip net e t1 ip l s a0 up
ip net e t2 ip l s b0 up
ip net e t1 ip l s lo up
ip net e t1 ip r a default via 10.0.0.2
ip net e t1 ip r r default via 10.0.0.3
ip net e t1 ip r
ip net e t1 ip r s
ip net e t1 ip r l
ip net e t1 ip r g 1.2.3.4
ip net e t1 ip ro del default
ip net e t1 ip ru
ip net e t1 ip ru a from 10.0.0.9 table 77
ip net e t1 ip ru l
ip net e t1 ip ru d from 10.0.0.9
ip net e t1 ip n a 10.0.0.77 lladdr 2:2:2:2:2:2 dev a0
ip net e t1 ip n
ip net e t1 ip n d 10.0.0.77 dev a0
ip net e t1 ip a s a0 | grep -w inet
ip net e t1 ip -4 a l lo
ip net e t1 ip a d 10.0.0.1/24 dev a0
ip net e t1 ip -4 a sh dev a0 | grep -c inet
ip net
ip net l | wc -l
ip net d t1
ip net d t2
