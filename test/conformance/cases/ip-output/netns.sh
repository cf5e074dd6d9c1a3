# pins: errors and output of ip netns
# state: no
n() { ip netns "$@"; echo "-> $?"; }
n; n add; n add a; n add a; n add b c; n list | sort; n exec; n exec nope true; n exec a; n exec a nosuchcommand; n exec a false; n del nope; n identify; n identify $$; n pids a; n nonsense; n exec a ip netns identify; n set a 5; n list-id; n del a b; n list; n add .; n add a/b; n add ..
