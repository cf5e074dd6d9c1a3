import { release } from "node:os";
import type { Profile } from "../engine.ts";
import { HOME } from "./home.ts";
import { DMESG } from "./host-log/dmesg.ts";
import { INJECT } from "./inject.ts";
import { COVER_REAL, KEEP_REAL, namespaceTools } from "./namespace-tools.ts";

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
    // Each namespace starts with 1 where br_netfilter is loaded; a bare kernel has not loaded it.
    `for f in /proc/sys/net/bridge/bridge-nf-call-*tables; do [ ! -e $f ] || echo ${forward} > $f; done`,
  ].join("\n");
}

export interface InitOptions {
  readonly profile: Profile;
  /** Folders that must be visible at their own paths, copy-on-write, wherever they lie. */
  readonly folders: readonly string[];
  /** We are not root: the user namespace is there already, and one step does it all. */
  readonly rootless: boolean;
}

/**
 * The first process of a sandbox: makes it private, then waits for the end of its standard input, which the
 * engine holds. When the engine goes, in whatever way, the pipe ends, this process ends, and with process 1
 * of the PID namespace everything in it: processes, mounts, network namespaces, devices.
 *
 * As root it goes in two steps. The disk, /dev and the masks over /proc are mounted with the host's
 * privileges; then the process moves into a user namespace where 0 is still 0 but holds no power over the
 * host, and makes its network, mount, UTS and IPC namespaces there. Mounts that come from a more privileged
 * namespace are locked (mount_namespaces(7)), so root inside can neither lift the masks nor mount around them.
 */
export function initScript(options: InitOptions): string {
  return options.rootless
    ? `${HEAD}${disk(options)}mount -t sysfs -o ro sysfs /sys 2>/dev/null || true
{ echo 0 > /proc/sys/user/max_cgroup_namespaces; ${IPC_LIMITS}; } 2>/dev/null || true\n${inside(options.profile)}`
    : `${HEAD}${disk(options)}${MASKS}
mkfifo -m 666 /run/made /run/ready
# What only the outer privileges can do once the namespaces are there: the map of users, and a read-only
# /sys that shows the new network namespace and is locked (ip netns exec looks whether it is).
helper() {
  read -r _ < /run/made
  echo "0 0 4294967295" > /proc/1/gid_map && echo "0 0 4294967295" > /proc/1/uid_map || return
  echo ok > /run/ready
  read -r _ < /run/made
  nsenter --net=/proc/1/ns/net mount -t sysfs -o ro sysfs /sys || return
  # By a /proc without the masks. In a cgroup namespace of its own root could mount the host's cgroups, which its
  # user number owns; memory that is shared belongs to no process, so that nobody would be killed for it.
  unshare --mount sh -c 'mount -t proc proc /proc &&
    nsenter --user=/proc/1/ns/user --preserve-credentials sh -c "echo 0 > /proc/sys/user/max_cgroup_namespaces" &&
    nsenter --ipc=/proc/1/ns/ipc sh -c "${IPC_LIMITS}"' || return
  echo ok > /run/ready
}
(helper || echo failed > /run/ready) < /dev/null &
exec unshare --user bash --norc -c ${quote(`echo user > /run/made; read -r said < /run/ready
[ $said = ok ] || { echo "FAIL cannot map users into a user namespace"; exit 1; }
exec unshare --net --uts --ipc bash --norc -c ${quote(`echo net > /run/made; read -r said < /run/ready
[ $said = ok ] || { echo "FAIL cannot set the namespaces up"; exit 1; }
exec unshare --mount --propagation private bash --norc -c ${quote(`${HEAD}rm /run/made /run/ready\n${inside(options.profile)}`)}`)}`)}
`;
}

/** System V shared memory in all, in pages (256 MB), and message queues. */
const IPC_LIMITS = "echo 65536 > /proc/sys/kernel/shmall; echo 1024 > /proc/sys/kernel/msgmni";

const HEAD = `
set -e
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
fail() { echo "FAIL $*"; exit 1; }
`;

/** A copy-on-write view of the disk, and private /tmp, /run and /dev. */
function disk({ folders, rootless }: InitOptions): string {
  // An ordinary user's overlay keeps its marks in user.* attributes (overlayfs documentation, "userxattr").
  const extra = rootless ? ",userxattr" : "";
  return `
mount --make-rprivate / || fail "cannot make mounts private"
mount -t tmpfs -o size=512m,mode=755 tmpfs /mnt || fail "cannot mount a tmpfs"
cow() {
  mkdir -p "$1" "/mnt/up$1" "/mnt/work$1"
  mount -t overlay -o "nodev,lowerdir=$2,upperdir=/mnt/up$1,workdir=/mnt/work$1${extra}" overlay "$1" || fail "cannot make $1 copy-on-write (overlayfs)"
}
folders=(${folders.map(quote).join(" ")})
# A folder on a disk of its own, or where we mount over, is held on to before it is covered.
for i in "\${!folders[@]}"; do
  f=\${folders[i]}; top=/$(echo "$f" | cut -d/ -f2)
  case $top in
    /tmp|/run|/mnt|/dev) ;;
    /proc|/sys|/) continue ;;
    *) [ "$(stat -c %d "$f")" = "$(stat -c %d "$top")" ] && continue ;;
  esac
  mkdir -p "/mnt/keep$i"; mount --bind "$f" "/mnt/keep$i"
done
mkdir -p /mnt/dev/pts /mnt/dev/shm /mnt/dev/net
for d in null zero full random urandom tty net/tun; do
  [ -e /dev/$d ] && { : > /mnt/dev/$d; mount --bind /dev/$d /mnt/dev/$d; }
done
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts /mnt/dev/pts 2>/dev/null || true
mount -t tmpfs -o size=64m,mode=1777 tmpfs /mnt/dev/shm
ln -s pts/ptmx /mnt/dev/ptmx; ln -s /proc/self/fd /mnt/dev/fd
for i in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/\${i%:*} /mnt/dev/\${i#*:}; done
for d in /*; do
  case $d in /proc|/sys|/dev|/run|/tmp|/mnt|/lost+found) continue ;; esac
  if [ -d "$d" ] && [ ! -L "$d" ]; then cow "$d" "$d"; fi
done
mount --rbind /mnt/dev /dev
mount -t tmpfs -o size=256m,mode=1777 tmpfs /tmp
mount -t tmpfs -o size=64m,mode=755 tmpfs /run
for i in "\${!folders[@]}"; do
  if [ -d "/mnt/keep$i" ]; then cow "\${folders[i]}" "/mnt/keep$i"; fi
done
# What is left of the disk, / itself, stays as it is; nothing of ours shows in /mnt.
mount -o remount,bind,ro,nodev / 2>/dev/null || true
mount -t tmpfs -o size=64m,mode=755 tmpfs /mnt
mkdir -p /run/netns /run/lock
${hasOwnPidLimit() ? "# A script that forks without end meets it.\necho 4096 > /proc/sys/kernel/pid_max 2>/dev/null || true" : ""}
# When memory runs out it is the sandbox that pays.
echo 1000 > /proc/self/oom_score_adj 2>/dev/null || true
`;
}

/** Since Linux 6.14 a PID namespace has a limit of its own; before, pid_max was the whole machine's, which is not ours to change. */
function hasOwnPidLimit(): boolean {
  const [major, minor] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 14);
}

/** What belongs to the whole machine is read-only: all of /proc that root may write, but for /proc/sys/net. */
const MASKS = `
for f in /proc/sys/* /proc/sysrq-trigger /proc/irq /proc/bus /proc/fs /proc/acpi /proc/scsi /proc/mtrr /proc/driver /proc/latency_stats /proc/timer_list; do
  [ "$f" = /proc/sys/net ] || [ ! -e "$f" ] || mount -o bind,ro "$f" "$f" || fail "cannot protect $f"
done
# What shows of the machine's memory and keys is of nobody's business.
for f in /proc/keys /proc/key-users /proc/kcore /proc/kpageflags /proc/kpagecount /proc/kpagecgroup; do
  [ ! -e "$f" ] || mount --bind /dev/null "$f" || fail "cannot cover $f"
done
mount -o bind,ro /sys /sys || fail "cannot make /sys read-only"
`;

/** What is done in the network namespace itself. */
function inside(profile: Profile): string {
  return `
# The lab's machine has the simulated one's name.
hostname host 2>/dev/null || true
# Programs look their machine's name up when they start; there is no DNS here that would answer.
# (Laid over, not changed: an ordinary user's sandbox does not own the files of root's.)
mkdir -p ${HOME}
if [ -e /etc/hosts ] && ! grep -qsw "$(uname -n)" /etc/hosts; then
  { cat /etc/hosts; echo "127.0.1.1 $(uname -n)"; } > ${HOME}/hosts
  mount --bind ${HOME}/hosts /etc/hosts
fi
ls /root > /dev/null 2>&1 || mount -t tmpfs -o size=64m,mode=700 tmpfs /root || true
# An interactive shell is the lab's, with the prompt that its terminal names, not the person's own.
for f in /etc/bash.bashrc /etc/bashrc; do [ ! -e $f ] || mount --bind /dev/null $f; done
{ echo '[ ! -r /usr/share/bash-completion/bash_completion ] || . /usr/share/bash-completion/bash_completion' > /root/.bashrc; } 2>/dev/null || true
# By this \`ip\` knows whether it runs within another namespace's /sys.
mkdir ${HOME}/sys; mount --bind /sys ${HOME}/sys 2>/dev/null || rmdir ${HOME}/sys
${KEEP_REAL}${tools(profile)}${COVER_REAL}
ip link set lo up
sh ${HOME}/profile
# Process 1 inherits orphans and has to take their ends in (bash does while it reads), or their numbers run out.
trap '' HUP INT QUIT TERM USR1 USR2 PIPE ALRM
echo 'echo READY; exec > /dev/null 2>&1; while read -r _; do :; done' > ${HOME}/init
exec -a init bash ${HOME}/init
`;
}

/** The sandbox's own programs: `sudo`, which changes nothing for root, an `ip` and an `unshare` that hand on the profile, `dmesg`, and the injector. */
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
${namespaceTools()}
cat > ${HOME}/bin/packetwalk-inject <<'INJECT'
${INJECT}INJECT
cat > ${HOME}/bin/dmesg <<'DMESG'
${DMESG}DMESG
chmod +x ${HOME}/bin/*
`;
}

/** A word for a POSIX shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
