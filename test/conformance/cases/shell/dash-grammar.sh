# pins: sh is dash: what bash adds to the grammar is plain words, or a syntax error (src/parser.c of dash)
# state: no
exec 2>&1
echo "-- 1"
sh -c 'echo ${x:?gone}; echo no'
echo "-> $?"
echo "-- 2"
sh -c 'echo ${x?}; echo no'
echo "-> $?"
echo "-- 3"
sh -c '[[ a = a ]]; echo $?'
echo "-> $?"
echo "-- 4"
sh -c 'if [[ -n x ]]; then echo y; else echo n; fi'
echo "-> $?"
echo "-- 5"
sh -c 'echo {1..3} {a,b}'
echo "-> $?"
echo "-- 6"
sh -c 'for i in {1..3}; do echo $i; done'
echo "-> $?"
echo "-- 7"
sh -c 'a=(1 2); echo $a'
echo "-> $?"
echo "-- 8"
sh -c 'source /dev/null; echo $?'
echo "-> $?"
echo "-- 9"
sh -c 'function f { echo x; }; f'
echo "-> $?"
echo "-- 10"
sh -c 'function f() { echo x; }; f'
echo "-> $?"
echo "-- 11"
sh -c '((1+1)); echo $?'
echo "-> $?"
echo "-- 12"
sh -c 'i=1; ((i++)); echo $i'
echo "-> $?"
echo "-- 13"
sh -c 'echo $((1+2)) $((2**3))'
echo "-> $?"
echo "-- 14"
sh -c 'i=1; echo $((i++))'
echo "-> $?"
echo "-- 15"
sh -c 'echo $((1/0)); echo no'
echo "-> $?"
echo "-- 16"
sh -c 'echo $((1+)); echo no'
echo "-> $?"
echo "-- 17"
sh -c 'for ((i=0;i<3;i++)); do echo $i; done'
echo "-> $?"
echo "-- 18"
sh -c 'cat <<< hi'
echo "-> $?"
echo "-- 19"
sh -c 'cat <(echo hi)'
echo "-> $?"
echo "-- 20"
sh -c 'echo hi &> f; cat f'
echo "-> $?"
echo "-- 21"
sh -c 'echo hi |& cat'
echo "-> $?"
echo "-- 22"
sh -c 'x=hello; echo ${x:1:2}'
echo "-> $?"
echo "-- 23"
sh -c 'x=hello; echo ${x/l/L}; echo no'
echo "-> $?"
echo "-- 24"
sh -c 'x=hello; echo ${x^^}'
echo "-> $?"
echo "-- 25"
sh -c 'x=hello; echo ${#x} ${x%l*} ${x##*l} ${x:-d} ${x:+s} ${y:=k}'
echo "-> $?"
echo "-- 26"
sh -c 'echo "[$RANDOM] [$UID] [$EUID] [$HOSTNAME] [$SECONDS] [$BASH_VERSION]"'
echo "-> $?"
echo "-- 27"
sh -c "echo \$'a\tb'"
echo "-> $?"
echo "-- 28"
sh -c 'declare x=1; echo $?'
echo "-> $?"
echo "-- 29"
sh -c 'typeset x; let y=1; shopt -s extglob; pushd /; mapfile a; echo $?'
echo "-> $?"
echo "-- 30"
sh -c 'echo if; fi'
echo "-> $?"
echo "-- 31"
sh -c 'if true; then echo x'
echo "-> $?"
echo "-- 32"
sh -c 'echo "abc'
echo "-> $?"
echo "-- 33"
sh -c 'echo $(echo'
echo "-> $?"
echo "-- 34"
sh -c 'while true; do break; done; echo )'
echo "-> $?"
echo "-- 35"
sh -c 'case a in a) echo A;; *) echo B; esac'
echo "-> $?"
echo "-- 36"
sh -c 'case a in a) echo A;;& *) echo B;; esac'
echo "-> $?"
echo "-- 37"
sh -c 'echo a | | b'
echo "-> $?"
echo "-- 38"
sh -c '; echo x'
echo "-> $?"
echo "-- 39"
sh -c 'echo x;; echo y'
echo "-> $?"
echo "-- 40"
printf 'echo one\nnosuch\n\nif\n' > s.sh; sh s.sh
echo "-> $?"
echo "-- 41"
printf '#!/bin/sh\necho $0\n[[ a ]]\nfoo=(1)\necho no\n' > s2.sh; chmod +x s2.sh; ./s2.sh
echo "-> $?"
echo "-- 42"
printf 'f() {\n nosuch2\n cd /nope\n}\nf\nexit 3\n' > s3.sh; sh ./s3.sh
echo "-> $?"
echo "-- 43"
sh -c 'eval "echo a; nosuch"; eval "if"'
echo "-> $?"
echo "-- 44"
sh -c 'return 3; echo x'; sh -c 'break; continue; echo x'
echo "-> $?"
echo "-- 45"
sh -c 'echo "${x-unset}" ${#} $? $-'
echo "-> $?"
echo "-- 46"
sh -c 'x=5; echo $((x+1)) $(( x > 3 ? 1 : 0 )) $((0x1f)) $((010))'
echo "-> $?"
echo "-- 47"
sh -c '[ x == y ]; [ x == ]; [ 5 foo 5 ]; [ a b c d ]; [ -f ]; [ ! ]; [ -z a b ]; test a -zz b'
echo "-> $?"
echo "-- 48"
sh -c 'case a in a) echo 1;& b) echo 2;; esac'
echo "-> $?"
echo "-- 49"
sh -c 'echo ${x'
echo "-> $?"
echo "-- 50"
sh -c 'echo `x'
echo "-> $?"
echo "-- 51"
sh -c 'cd /tmp /x; echo $?; cd -P /tmp; pwd -P; cd nope; echo $?; cd /etc/passwd; echo $?'
echo "-> $?"
echo "-- 52"
sh -c 'f() { f; }; g() { return x; }; g; echo $?'
echo "-> $?"
echo "-- 53"
sh -c 'sleep 9 & sleep 0.1; kill -9 $!; wait $!; echo $?; sh -c "kill -9 \$\$"; echo $?; sh -c "kill \$\$"; echo $?'
echo "-> $?"
echo "-- 54"
sh -c 'echo $((x=5)) $((x+=2)) $((1,2)); echo $x'
echo "-> $?"
echo "-- 55"
sh -c 'echo $((++x)) $((--y)) $((- -3)) $((!0)) $((~0)) $((1&&0||1))'
echo "-> $?"
echo "-- 56"
sh -c 'echo $((08))'
echo "-> $?"
echo "-- 57"
sh -c 'echo $((a b))'
echo "-> $?"
echo "-- 58"
sh -c 'echo $((1<2?3:4)) $(( (1+2)*3 )) $((1'
echo "-> $?"
echo "-- 59"
sh -c 'set -e; x=$(false); echo no'
echo "-> $?"
echo "-- 60"
sh -c 'set -e; f() { false; echo in; }; f || echo or; f; echo no'
echo "-> $?"
echo "-- 61"
sh -c 'local x; echo no'
echo "-> $?"
echo "-- 62"
sh -c 'unset 1x; echo no'
echo "-> $?"
echo "-- 63"
sh -c 'export 1x=3; echo no'
echo "-> $?"
echo "-- 64"
sh -c 'read 1x < /etc/passwd; echo $?'
echo "-> $?"
echo "-- 65"
sh -c 'exec 9<nope; echo no'
echo "-> $?"
echo "-- 66"
sh -c 'exec < nope; echo no'
echo "-> $?"
echo "-- 67"
sh -c 'while read x < nope; do :; done; echo $?'
echo "-> $?"
echo "-- 68"
sh -c '{ echo x; } > /nope/z; echo $?; (echo y) > /nope/z; echo $?; if :; then :; fi < nope; echo $?'
echo "-> $?"
echo "-- 69"
sh -c 'f() { echo f; }; f > /nope/q; echo $?; set > /nope/q; echo no'
echo "-> $?"
echo "-- 70"
sh -c 'echo > ""; echo $?; echo x > a b > c; cat c; cat < "a" "b"; echo x >&9; echo $?; echo x >& f; cat f'
echo "-> $?"
echo "-- 71"
sh -c 'set -C; : > ff; echo x > ff; echo $?; echo x >| ff; cat ff'
echo "-> $?"
echo "-- 72"
sh -c 'exit 300; echo'
echo "-> $?"
echo "-- 73"
sh -c 'exit -1'
echo "-> $?"
echo "-- 74"
sh -c 'echo "$@" $# "$1"' a b "c d"
echo "-> $?"
echo "-- 75"
sh -n -c 'echo no'
echo "-> $?"
echo "-- 76"
sh -ex -c 'false; echo no'
echo "-> $?"
echo "-- 77"
sh -o nosuch -c 'echo x'
echo "-> $?"
echo "-- 78"
sh +e -c 'echo ok'
echo "-> $?"
echo "-- 79"
sh --version
echo "-> $?"
echo "-- 80"
sh -c 'X=1 env | grep ^X=; x=$(echo "a   b"); echo $x; echo "$x"; IFS=,; set -- 1,2; y=1,2; for i in $y; do echo $i; done'
echo "-> $?"
echo "-- 81"
sh -c 'echo a; return; echo b'
echo "-> $?"
echo "-- 82"
sh -c 'echo ${#}; set --; echo ${1-none} ${1:-none} ${@:-none}'
echo "-> $?"
echo "-- 83"
sh -c 'for i; do echo $i; done; while false; do :; done; echo $?' a 1 2
echo "-> $?"
echo "-- 84"
sh -c 'a=$(exit 3); echo $?; b=`echo q`; echo $b; echo "`echo "n"`"'
echo "-> $?"
echo "-- 85"
sh -c 'sleep 0.1 | true | false; echo $?; ! false | true; echo $?'
echo "-> $?"
