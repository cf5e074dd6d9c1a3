# pins: sh is dash: its builtins, echo, messages and statuses (src/exec.c, src/error.c of dash)
# state: no
exec 2>&1
echo "-- 1"
sh -c 'nosuch'
echo "-> $?"
echo "-- 2"
sh -c 'nosuch; echo $?'
echo "-> $?"
echo "-- 3"
sh -c '/nope/x; echo $?'
echo "-> $?"
echo "-- 4"
printf 'x' > nx; sh -c './nx; echo $?'
echo "-> $?"
echo "-- 5"
sh -c '/tmp; echo $?'
echo "-> $?"
echo "-- 6"
sh -c 'echo x > /nope/y; echo $?'
echo "-> $?"
echo "-- 7"
sh -c 'cat < nope; echo $?'
echo "-> $?"
echo "-- 8"
sh -c 'echo x > /tmp; echo $?'
echo "-> $?"
echo "-- 9"
sh -c ': > /nope/y; echo $?'
echo "-> $?"
echo "-- 10"
sh -c 'set -u; echo $x; echo no'
echo "-> $?"
echo "-- 11"
sh -c 'cd /nope; echo $?'
echo "-> $?"
echo "-- 12"
sh -c '[ a == a ]; echo $?'
echo "-> $?"
echo "-- 13"
sh -c '[ a = a ]; echo $?'
echo "-> $?"
echo "-- 14"
sh -c '[ a = ; echo $?'
echo "-> $?"
echo "-- 15"
sh -c '[ x -eq 1 ]; echo $?'
echo "-> $?"
echo "-- 16"
sh -c '[ 1 -eq ]; echo $?'
echo "-> $?"
echo "-- 17"
sh -c 'echo -e "a\nb"'
echo "-> $?"
echo "-- 18"
sh -c 'echo "a\tb\\n\c"; echo z'
echo "-> $?"
echo "-- 19"
sh -c 'echo -n x; echo -E y'
echo "-> $?"
echo "-- 20"
sh -c "printf '%s %d\n' a 5; printf '%q\n' a; printf '%b' 'x\ty\n'"
echo "-> $?"
echo "-- 21"
sh -c '. nope; echo $?'
echo "-> $?"
echo "-- 22"
sh -c '. ./nope; echo $?'
echo "-> $?"
echo "-- 23"
sh -c 'f() { local x=1; echo $x; }; f; echo $x.'
echo "-> $?"
echo "-- 24"
sh -c 'x=hello; echo ${!x}'
echo "-> $?"
echo "-- 25"
sh -c 'set -o pipefail; echo no'
echo "-> $?"
echo "-- 26"
sh -c 'set -e; false; echo no'; 
echo "-> $?"
echo "-- 27"
sh -c 'trap "echo bye" EXIT; echo hi'
echo "-> $?"
echo "-- 28"
sh -c 'trap "echo e" ERR; false'
echo "-> $?"
echo "-- 29"
sh -c 'trap "echo t" TERM; kill $$; echo after'
echo "-> $?"
echo "-- 30"
sh -c 'export A=1; readonly B=2; B=3; echo no'
echo "-> $?"
echo "-- 31"
sh -c 'x=1; x+=2; echo $x'
echo "-> $?"
echo "-- 32"
sh -c 'echo hi | while read l; do echo "[$l]"; done'
echo "-> $?"
echo "-- 33"
sh -c 'echo "a b" | { read -r x y; echo "$y"; }'
echo "-> $?"
echo "-- 34"
sh -c 'echo q | { read -p pr x; echo "$x"; }'
echo "-> $?"
echo "-- 35"
sh -c 'read -t 1 x; echo $?'
echo "-> $?"
echo "-- 36"
sh -c 'echo x | { read -n 1 x; echo no; }'
echo "-> $?"
echo "-- 37"
sh -c 'type ls cd nosuch if'
echo "-> $?"
echo "-- 38"
sh -c 'command -v ls cd nosuch; echo $?'
echo "-> $?"
echo "-- 39"
sh -c 'exit abc'
echo "-> $?"
echo "-- 40"
sh -c 'shift 5; echo no'
echo "-> $?"
echo "-- 41"
sh -c 'set -- a b c; shift; echo $# $1 "$@"'
echo "-> $?"
echo "-- 42"
sh -c 'kill -0 999999; echo $?'
echo "-> $?"
echo "-- 43"
sh -c 'wait 99999; echo $?'
echo "-> $?"
echo "-- 44"
sh -c 'sleep 0.1 & wait $!; echo $?'
echo "-> $?"
echo "-- 45"
sh -c 'sleep 9 & kill $!; wait $!; echo $?'
echo "-> $?"
echo "-- 46"
sh -c 'until false; do echo once; break; done; ! true; echo $?'
echo "-> $?"
echo "-- 47"
sh -c 'echo $0 $1 "$*"' zero one two
echo "-> $?"
echo "-- 48"
sh -c
echo "-> $?"
echo "-- 49"
sh -q
echo "-> $?"
echo "-- 50"
sh nofile
echo "-> $?"
echo "-- 51"
sh -x -c 'a=1; echo $a "x y"; [ 1 = 1 ] && :; for i in 1 2; do :; done'
echo "-> $?"
echo "-- 52"
sh -v -c 'echo hi'
echo "-> $?"
echo "-- 53"
sh -ec 'false || true; echo ok; false; echo no'
echo "-> $?"
echo "-- 54"
echo 'echo piped; nosuch' | sh
echo "-> $?"
echo "-- 55"
sh -c 'ulimit -n 100; umask; umask 077; umask'
echo "-> $?"
echo "-- 56"
sh -c 'getopts ab: o -a -b x; echo $o; getopts ab: o -q; echo $o'
echo "-> $?"
echo "-- 57"
sh -c 'test 1 -lt 2 -a 2 -lt 3 && echo y; test "a" "<" "b" && echo lt; test -v x; echo $?'
echo "-> $?"
echo "-- 58"
sh -c 'echo 1 > /proc/sys/net/ipv4/nope'
echo "-> $?"
echo "-- 59"
sh -c 'echo abc > /proc/sys/net/ipv4/ip_forward; echo $?'
echo "-> $?"
echo "-- 60"
sh -c 'printf "%d\n" x; printf; echo $?'
echo "-> $?"
echo "-- 61"
sh -c 'IFS=:; x=a:b; set -- $x; echo $1; local y=1'
echo "-> $?"
echo "-- 62"
sh -c 'trap; trap "" INT; trap - INT; trap "x" FOO'
echo "-> $?"
echo "-- 63"
sh -c 'f() { return 5; }; f; echo $?; f () { echo two; }; f'
echo "-> $?"
echo "-- 64"
sh -c 'set -Z'
echo "-> $?"
echo "-- 65"
sh -c 'exec nosuch; echo no'
echo "-> $?"
echo "-- 66"
sh -c 'exec 3>f; echo hi >&3; exec 3>&-; cat f; echo x >&7'
echo "-> $?"
echo "-- 67"
sh -c 'select x in a; do echo; done'
echo "-> $?"
