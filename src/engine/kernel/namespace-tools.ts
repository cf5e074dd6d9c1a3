import { HOME } from "./home.ts";

/** Where the real `ip` and `unshare` are found when ours stand in their places. */
export const REAL = `${HOME}/real`;

/**
 * A network namespace starts with what the initial one hands on (devconf_inherit_init_net, ip_forward), and that one
 * is outside. So the programs that make namespaces hand on the sandbox's profile instead. Here they are written into
 * the sandbox's PATH; COVER_REAL puts them in the real ones' places as well. (bash -p: no BASH_ENV, which is the script's.)
 */
export function namespaceTools(): string {
  return `
cat > ${HOME}/bin/ip <<IP
#!/bin/sh
real=$(command -v ip)
IP
cat >> ${HOME}/bin/ip <<'IP'
case "$1,$2" in
  net*,a*) ;;
  net*,e*)
    # Within another one's /sys, which \`ip netns exec\` takes away before it looks whether the one below is read-only.
    if [ -e ${HOME}/sys ] && ! [ /sys -ef ${HOME}/sys ] && [ -e "/run/netns/$3" ] && [ -n "$4" ]; then
      name=$3; shift 3
      exec nsenter --net="/run/netns/$name" ${REAL}/unshare --mount --propagation slave ${HOME}/in-nested "$name" "$@"
    fi
    exec "$real" "$@" ;;
  -*)
    # Options before the object; some have a value. Only a batch, or netns add, makes namespaces.
    words= skip=
    for word; do
      [ -z "$skip" ] || { skip=; continue; }
      case $word in
        -b|-ba*|--b|--ba*) words=batch; break ;;
        -n|-ne*|-f|-fa*|-l|-lo*|-rc*|--n|--ne*|--fa*|--lo*|--rc*) skip=1 ;;
        -*) ;;
        *) words="$words $word" ;;
      esac
    done
    case $words in
      batch|" net"*" a"*) ;;
      *) exec "$real" "$@" ;;
    esac ;;
  *) exec "$real" "$@" ;;
esac
# (One made from within another namespace is mounted there alone, as on any host.)
names() { for ns in /run/netns/*; do echo "\${ns##*/}"; done; }
before=" $(names | tr '\\n' ' ') "
"$real" "$@"
status=$?
for ns in /run/netns/*; do
  case $before in
    *" \${ns##*/} "*) ;;
    *) [ ! -e "$ns" ] || nsenter --net="$ns" sh ${HOME}/profile 2>/dev/null ;;
  esac
done
exit $status
IP
cat > ${HOME}/bin/unshare <<UNSHARE
#!/bin/bash -p
real=$(command -v unshare)
UNSHARE
cat >> ${HOME}/bin/unshare <<'UNSHARE'
options=() net= value= root=
for word; do
  if [ -n "$value" ]; then value=
  else
    case $word in
      --) options+=(--); shift; break ;;
      --ne|--net|--ne=*|--net=*) net=1 ;;
      --ro|--roo|--root) value=1 root=1 ;;
      --ro=*|--roo=*|--root=*) root=1 ;;
      --map-user|--map-group|--map-users|--map-groups|--owner|--propagation|--setgroups|--wd|--setuid|--setgid|--monotonic|--boottime|--load-interp) value=1 ;;
      --*) ;;
      -?*)
        letters=\${word#-}
        while [ -n "$letters" ]; do
          letter=\${letters:0:1} letters=\${letters:1}
          case $letter in
            n) net=1 ;;
            R) root=1; [ -n "$letters" ] || value=1; letters= ;;
            w|S|G|l) [ -n "$letters" ] || value=1; letters= ;;
          esac
        done ;;
      *) break ;;
    esac
  fi
  options+=("$word"); shift
done
# Below another root our profile is not found.
[ -n "$net" ] && [ -z "$root" ] || exec -a unshare "$real" "\${options[@]}" "$@"
exec -a unshare "$real" "\${options[@]}" ${HOME}/in-new-namespace "$@"
UNSHARE
cat > ${HOME}/in-new-namespace <<'NEW'
#!/bin/bash -p
# A namespace that only looks may not write there.
sh ${HOME}/profile 2>/dev/null
[ $# -gt 0 ] && exec "$@"
exec -l "\${SHELL:-/bin/sh}"
NEW
cat > ${HOME}/in-nested <<'NESTED'
#!/bin/sh
# What \`ip netns exec\` does (netns_switch of iproute2), but for the read-only /sys.
name=$1; shift
umount -l /sys
mount -t sysfs -o ro "$name" /sys || exit 255
for file in "/etc/netns/$name"/*; do [ ! -e "$file" ] || mount --bind "$file" "/etc/\${file##*/}"; done
command -v "$1" > /dev/null || { echo "exec of \\"$1\\" failed: No such file or directory" >&2; exit 1; }
exec "$@"
NESTED
chmod +x ${HOME}/in-new-namespace ${HOME}/in-nested
`;
}

/** Keeps the real programs at a place of ours, where `namespaceTools` then finds them. */
export const KEEP_REAL = `
mkdir -p ${REAL}
for tool in ip unshare; do
  path=$(command -v $tool) || continue
  : > ${REAL}/$tool
  mount --bind "$(readlink -f "$path")" ${REAL}/$tool
done
PATH=${REAL}:$PATH
`;

/**
 * Lays ours over them wherever PATH finds them: a script that says /sbin/ip gets ours, too. A program that is one of
 * many in a file (BusyBox) stays where it is.
 */
export const COVER_REAL = `
for tool in ip unshare; do
  for folder in $(echo "\${PATH#${REAL}:}" | tr : ' '); do
    path=$(readlink -f "$folder/$tool") || continue
    [ -e "$path" ] && [ "\${path##*/}" = $tool ] && ! [ "$path" -ef ${HOME}/bin/$tool ] || continue
    mount --bind ${HOME}/bin/$tool "$path"
  done
done
`;
