import type { Profile } from "../engine.ts";

/** Where the sandbox keeps what is its own, on a private tmpfs. */
export const HOME = "/run/packetwalk";

/** The sysctls of a host profile, as shell commands for one namespace. */
export function profileCommands(profile: Profile): string {
  const write = (key: string, value: number) => `echo ${value} > /proc/sys/net/${key}`;
  const forward = profile === "ubuntu" ? 1 : 0;
  const rpFilter = profile === "ubuntu" ? 2 : 0;
  return [
    write("ipv4/ip_forward", forward),
    write("ipv4/conf/all/rp_filter", rpFilter),
    write("ipv4/conf/default/rp_filter", rpFilter),
    // A device that is there already (lo) copied the default when it was made.
    `for f in /proc/sys/net/ipv4/conf/*/rp_filter; do case $f in */all/*|*/default/*) ;; *) echo ${rpFilter} > $f ;; esac; done`,
  ].join("\n");
}

/**
 * The first process of a sandbox: makes it private, then waits for the end of its standard input, which the
 * engine holds. When the engine goes, in whatever way, the pipe ends, this process ends, and with process 1
 * of the PID namespace everything in it: processes, mounts, network namespaces, devices.
 */
export function initScript(options: { profile: Profile; folder: string | undefined }): string {
  const { profile, folder } = options;
  return `
set -e
keep=
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
fail() { echo "FAIL $*"; exit 1; }
mount --make-rprivate / || fail "cannot make mounts private"
# The disk is copy-on-write: what a script writes is gone with the sandbox.
mount -t tmpfs -o size=512m,mode=755 tmpfs /mnt || fail "cannot mount a tmpfs"
cow() {
  mkdir -p "/mnt/up$1" "/mnt/work$1"
  mount -t overlay -o "lowerdir=$1,upperdir=/mnt/up$1,workdir=/mnt/work$1" overlay "$1" || fail "cannot make $1 copy-on-write (overlayfs)"
}
for d in /*; do
  case $d in /proc|/sys|/dev|/run|/tmp|/mnt|/lost+found) continue ;; esac
  [ -d "$d" ] && [ ! -L "$d" ] && cow "$d"
done
${
  folder === undefined
    ? ""
    : `case ${quote(folder)} in /tmp/*|/run/*|/mnt/*) keep=${quote(folder)} ;; esac
mkdir -p /mnt/keep
[ -z "$keep" ] || mount --bind "$keep" /mnt/keep`
}
mount -t tmpfs -o size=256m,mode=1777 tmpfs /tmp
mount -t tmpfs -o size=64m,mode=755 tmpfs /run
${folder === undefined ? "" : `[ -z "$keep" ] || { mkdir -p "$keep" /mnt/up/keep /mnt/work/keep; mount -t overlay -o lowerdir=/mnt/keep,upperdir=/mnt/up/keep,workdir=/mnt/work/keep overlay "$keep"; }`}
mount -o remount,bind,ro / 2>/dev/null || true
mkdir -p /run/netns /run/lock
mount -t sysfs -o ro sysfs /sys 2>/dev/null || true
# New since Linux 6.14: a PID namespace has its own limit. A script that forks without end meets it.
echo 8192 > /proc/sys/kernel/pid_max 2>/dev/null || true
hostname packetwalk 2>/dev/null || true
${tools(profile)}
ip link set lo up
sh ${HOME}/profile
echo READY
exec cat > /dev/null
`;
}

/** The sandbox's own programs: `sudo`, which changes nothing for root, and an `ip` that hands on the profile. */
export function tools(profile: Profile): string {
  return `
mkdir -p ${HOME}/bin
cat > ${HOME}/profile <<'PROFILE'
${profileCommands(profile)}
PROFILE
cat > ${HOME}/bin/sudo <<'SUDO'
#!/bin/sh
while :; do
  case "$1" in
    -u|-g) shift 2 ;;
    -E|-n|-H|-S|-i|--) shift ;;
    *=*) export "$1"; shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] && exec "$@"
exit 1
SUDO
cat > ${HOME}/bin/ip <<IP
#!/bin/sh
# A namespace inherits from the initial one, which is outside: hand on the profile of this sandbox instead.
case "\\$1,\\$2" in
  net*,a*) ;;
  *) exec $(command -v ip) "\\$@" ;;
esac
$(command -v ip) "\\$@" || exit
exec $(command -v ip) netns exec "\\$3" sh ${HOME}/profile
IP
chmod +x ${HOME}/bin/*
`;
}

/** A word for a POSIX shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
