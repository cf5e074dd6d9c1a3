import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "../../src/base/text.ts";
import type { Profile } from "../../src/engine/engine.ts";
import { HOME } from "../../src/engine/kernel/home.ts";
import { profileCommands, tools } from "../../src/engine/kernel/init.ts";
import { SimulatedEngine } from "../../src/engine/simulated/engine.ts";
import { exists, mkdir, readText, writeText } from "../../src/machine/vfs.ts";
import { describeFrames, type LinkFrame } from "./frames/describe.ts";
import { captureOnKernel, framesOfKernel } from "./frames/kernel.ts";
import { linkFrame } from "./frames/simulated.ts";
import { AWAIT_LOG, SWITCH_ON, withHostLog } from "./host-log.ts";
import { STARTUP, startup, statusesOf } from "./statuses.ts";

/** What one engine answered to a case. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  /** The frames of every link (frames/describe.ts), where they were asked for. */
  readonly frames?: string;
  /** Exit codes (statuses.ts), where they were asked for. */
  readonly statuses?: string;
}

/** Milliseconds that a case may take on the kernel; on a busy machine most of it is waiting. */
const LONGEST = 240_000;

export interface AnswerOptions {
  /** Capture on every device of every named namespace. */
  readonly frames?: boolean;
  /** LOG rules log, and `dmesg` shows it. */
  readonly hostLog?: boolean;
  /** Namespaces are made by nothing but `ip netns add` in the script itself (spares three processes a command); ARP's frames stand apart. */
  readonly plain?: boolean;
  /** The exit code of each command of this script. */
  readonly statuses?: string | undefined;
}

/**
 * Printed by the case's last words, on both engines: the state that it leaves behind. IPv4 only; a neighbour
 * that answered is "known" whichever timer it is in, and lists without an order of their own are sorted. Reading
 * a device's carrier makes the kernel act on link changes that it puts off for up to a second (linkwatch). Of
 * connections, what differs by chance is out of the way of the sorting, and IGMP reports, which the kernel sends
 * when it likes, are left out.
 */
export const STATE = `
printf '\\n== state\\n'
for ns in $(ip netns list | sed 's/ .*//' | sort); do
  printf -- '-- %s\\n' "$ns"
  ip netns exec $ns sh -c 'cat /sys/class/net/*/carrier' >/dev/null 2>&1
  ip netns exec $ns iptables-save -c
  ip netns exec $ns conntrack -L 2>/dev/null | grep -v dst=224.0.0.22 |
    sed -E 's/^([a-z]+ +[0-9]+) [0-9]+ /\\1 0 /; s/id=[0-9]+/id=0/g; s/port=(3[3-9]|[45][0-9])[0-9]{3}/port=55555/g' | sort
  ip -n $ns -br link | sed -E 's/([0-9a-f]{2}:){5}[0-9a-f]{2} *//'
  ip -n $ns -4 -o addr
  ip -n $ns -4 route show table all
  ip -n $ns rule
  ip -n $ns -4 neigh | sed -E 's/REACHABLE|STALE|DELAY|PROBE/known/' | sort
done 2>&1
`;

export function simulated(script: string, profile: Profile, options: AnswerOptions = {}): Answer {
  const frames: LinkFrame[] = [];
  const engine: SimulatedEngine = new SimulatedEngine({
    profile,
    timeLimit: 60e9,
    ...(options.frames ? { onFrame: (frame) => frames.push(...linkFrame(engine, frame)) } : {}),
  });
  const { init } = engine.machine;
  const trace = `${HOME}/case-statuses`;
  if (options.statuses !== undefined) {
    if (!exists(init, HOME)) mkdir(init, HOME);
    writeText(init, STARTUP, startup(`>> ${trace}`));
  }
  if (options.hostLog) engine.runToEnd({ argv: ["sh", "-c", SWITCH_ON], output: () => {} });
  const said = { stdout: "", stderr: "" };
  const status = engine.runToEnd({
    argv: ["bash", "-c", script, "lab"],
    ...(options.statuses === undefined ? {} : { env: { BASH_ENV: STARTUP } }),
    output: (bytes, stream) => {
      said[stream] += text(bytes);
    },
  });
  return {
    ...said,
    status,
    ...(options.frames ? { frames: describeFrames(frames, options.plain) } : {}),
    ...(options.statuses === undefined
      ? {}
      : { statuses: statusesOf(exists(init, trace) ? readText(init, trace) : "", options.statuses) }),
  };
}

/** True when this machine lets us make sandboxes and has the tools. */
export function kernelAtHand(): boolean {
  return (
    !process.env.PACKETWALK_NO_KERNEL &&
    process.getuid?.() === 0 &&
    existsSync("/usr/sbin/iptables") &&
    existsSync("/usr/bin/unshare")
  );
}

/**
 * Runs a case on the real kernel, in namespaces of its own. Cases are the project's own scripts, so the disk
 * needs no more protection than a private /run and /tmp; that makes it an order quicker than a whole sandbox.
 */
export function kernel(script: string, profile: Profile, options: AnswerOptions = {}): Promise<Answer> {
  return options.hostLog
    ? withHostLog((attach) => ask(script, profile, options, attach))
    : ask(script, profile, options);
}

/** In place of the sandbox's `ip` and `unshare`, a function of the script's bash that hands on the profile. */
function plainly(profile: Profile): string {
  return `
rm ${HOME}/bin/ip ${HOME}/bin/unshare
cat > ${HOME}/plain <<'PLAIN'
ip() {
  case "$1,$2" in
    net*,a*) command ip "$@" && command ip netns exec "$3" sh ${HOME}/plain-profile && watch_namespace "$3" ;;
    *) command ip "$@" ;;
  esac
}
watch_namespace() { :; }
PLAIN
cat > ${HOME}/plain-profile <<'PROFILE'
${profileCommands(profile)}
# IPv6 is not modelled, and its reports teach bridges addresses whenever the kernel likes.
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
PROFILE
export BASH_ENV=${HOME}/plain`;
}

function ask(
  script: string,
  profile: Profile,
  options: AnswerOptions,
  attach?: (unshare: number) => void,
): Promise<Answer> {
  const traced = options.statuses !== undefined;
  const prelude = `
mount -t tmpfs tmpfs /tmp; mount -t tmpfs tmpfs /run; mkdir -p /run/netns /run/lock
mount -t sysfs sysfs /sys 2>/dev/null
${tools(profile)}
ip link set lo up
sh ${HOME}/profile
export PATH=${HOME}/bin:$PATH
${attach ? AWAIT_LOG : ""}
mkdir /tmp/lab; cd /tmp/lab
${options.plain ? plainly(profile) : ""}
${traced ? `cat > ${STARTUP} <<'STARTUP'\n${startup(">&4 4>&-")}STARTUP\nexport BASH_ENV=${STARTUP}` : "exec 4>&-"}
${options.frames ? captureOnKernel(options.plain) : 'exec bash -c "$CASE" lab 3>&-'}`;
  return new Promise((resolve, reject) => {
    const child = spawn(
      "setpriv",
      [
        // It ends with us, in whatever way we end.
        ...["--pdeathsig", "KILL", "unshare"],
        ...["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"],
        ...["--propagation", "private", "sh", "-c", prelude],
      ],
      {
        env: {
          PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          HOME: "/root",
          LANG: "C.UTF-8",
          CASE: script,
        },
        stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      },
    );
    if (child.pid !== undefined) attach?.(child.pid);
    let stdout = "";
    let stderr = "";
    let frames = "";
    let trace = "";
    (child.stdio[3] as Readable).on("data", (bytes: Buffer) => void (frames += bytes.toString()));
    (child.stdio[4] as Readable).on("data", (bytes: Buffer) => void (trace += bytes.toString()));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, LONGEST);
    child.stdout?.on("data", (bytes: Buffer) => void (stdout += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => void (stderr += bytes.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      if (late) {
        reject(new Error(`the kernel's side took more than ${LONGEST / 1000} s`));
        return;
      }
      resolve({
        stdout,
        stderr,
        status: code ?? 137,
        ...(options.frames ? { frames: framesOfKernel(frames, options.plain) } : {}),
        ...(options.statuses === undefined ? {} : { statuses: statusesOf(trace, options.statuses) }),
      });
    });
  });
}
