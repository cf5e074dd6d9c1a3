import { HOME } from "../home.ts";

/** The lab's LOG lines, as syslog(2) would give them. There with --host-log only. */
export const LOG_FILE = `${HOME}/log`;
/** Whoever writes a word here gets it back there when all that is logged by now is in the file. */
export const LOG_ASK = `${HOME}/log-ask`;
export const LOG_ANSWER = `${HOME}/log-answer`;

export const WITHOUT =
  "dmesg: empty: without --host-log (root), LOG lines of a sandbox do not reach the kernel log, and the host's own lines are not shown here";

/**
 * `dmesg` in the sandbox: the host's own, reading the lab's file. What it does not do with a file, clearing and
 * following, is done here. (bash -p: no BASH_ENV, which is the script's.)
 */
export const DMESG = `#!/bin/bash -p
real=$(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin command -v dmesg) || { echo "dmesg: not installed on this host" >&2; exit 127; }
log=${LOG_FILE} cleared=${HOME}/log-cleared
rest=() clear= print=1 follow= old=1
while [ $# -gt 0 ]; do
  case $1 in
    --clear) clear=1 print= ;;
    --read-clear) clear=1 ;;
    --follow) follow=1 ;;
    --follow-new) follow=1 old= ;;
    --console-off|--console-on) print= ;;
    --console-level) print=; shift ;;
    --buffer-size) shift ;;
    --console-level=*) print= ;;
    --buffer-size=*|--syslog|--nopager) ;;
    --file|--kmsg-file|--file=*|--kmsg-file=*|-h|--help|-V|--version) exec "$real" "$@" ;;
    --facility|--level|--time-format) rest+=("$1" "$2"); shift ;;
    --*) rest+=("$1") ;;
    -?*)
      word=\${1#-}
      while [ -n "$word" ]; do
        letter=\${word:0:1} word=\${word:1}
        case $letter in
          C) clear=1 print= ;;
          c) clear=1 ;;
          w) follow=1 ;;
          W) follow=1 old= ;;
          D|E) print= ;;
          S|P) ;;
          n) print=; [ -n "$word" ] || shift; word= ;;
          s) [ -n "$word" ] || shift; word= ;;
          F|K) exec "$real" "-$letter" "\${word:-$2}" ;;
          h|V) exec "$real" "-$letter" ;;
          f|l) if [ -n "$word" ]; then rest+=("-$letter$word"); else rest+=("-$letter" "$2"); shift; fi; word= ;;
          L) rest+=("-L$word"); word= ;;
          *) rest+=("-$letter") ;;
        esac
      done ;;
    *) exec "$real" "$@" ;;
  esac
  shift
done
[ -e $log ] || { [ -z "$print" ] || echo ${JSON.stringify(WITHOUT)} >&2; exit 0; }
# All that has been logged by now is to be in the file.
exec 8>> ${HOME}/log-lock
flock 8
token=$$.$RANDOM
echo $token > ${LOG_ASK}
while read -r -t 10 answer < ${LOG_ANSWER} && [ "$answer" != $token ]; do :; done
exec 8>&-
from=0
[ ! -e $cleared ] || read -r from < $cleared
size=$(stat -c %s $log)
part=$(mktemp) || exit 1
trap 'rm -f "$part"' EXIT
[ -z "$old" ] || tail -c +$((from + 1)) $log | head -c $((size - from)) > "$part"
[ -z "$clear" ] || echo "$size" > $cleared
[ -n "$print" ] || exit 0
# (It cannot map an empty file.)
[ ! -s "$part" ] || "$real" "\${rest[@]}" -F "$part" || exit
[ -n "$follow" ] || exit 0
# tail ends with this shell, in whatever way it ends.
{ tail -s 0.1 --pid=$$ -c +$((size + 1)) -f $log | while IFS= read -r line; do
  printf '%s\\n' "$line" > "$part"
  "$real" "\${rest[@]}" -F "$part"
done; } 2> /dev/null
`;
