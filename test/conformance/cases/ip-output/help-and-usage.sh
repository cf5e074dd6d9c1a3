# pins: objects that do not exist, and the global options
# state: no
ip nonsense; echo $?; ip -V | sed 's/,.*//'; ip -Q link; echo $?; ip -n nope link; echo $?; ip; echo $?; ip -4 -6 link >/dev/null; echo $?; ip -br -j link show lo | cut -c1-30; ip -family nope link; echo $?; ip -o -4 addr show lo | sed 's/ *valid.*//'
