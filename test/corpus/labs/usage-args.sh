#!/bin/bash
# run: ./lab.sh; echo "[$?]"; ./lab.sh -h; ./lab.sh -n 2 -p 10.66 -v; echo "[$?]"; ./lab.sh --bad; ./lab.sh -n; ./lab.sh -n x
function usage
{
	cat <<-END
	Usage: ${0##*/} -n COUNT [-p PREFIX] [-v]
	  -n COUNT   hosts to make
	  -p PREFIX  first two octets (default 10.0)
	END
}
[ $# -eq 0 ] && { usage >&2; exit 64; }
prefix=10.0 verbose=
while getopts ":hn:p:v" opt; do
	case $opt in
		h) usage; exit 0 ;;
		n) count=$OPTARG ;;
		p) prefix=$OPTARG ;;
		v) verbose=1 ;;
		:) echo "-$OPTARG wants a value" >&2; exit 2 ;;
		\?) echo "what is -$OPTARG?" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[[ $count =~ ^[0-9]+$ ]] || { echo "not a number: $count" >&2; exit 1; }
say() { [ -n "$verbose" ] && echo "+ $@"; return 0; }
for n in $(seq -w 1 $count); do
	say "making host$n"
	ip netns add host$n
	ip -n host$n addr add $prefix.0.$((10#$n))/16 dev lo
	ip -n host$n link set lo up
	ip netns exec host$n ping -c 1 -q $prefix.0.$((10#$n)) | grep -q ' 0% packet loss' && say "host$n ok"
done
say "total: $(ip netns | wc -l)"
ip -all netns exec ip -br -4 addr
ip -all netns delete
