import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** LOG lines of other network namespaces than the initial one reach the kernel log while this is 1 (nf_log_syslog.c). */
export const SWITCH = "/proc/sys/net/netfilter/nf_log_all_netns";

/**
 * Where the runs that hold the switch are kept: `before`, what the switch was before the first of them, and an
 * empty file a holder, `PID-STARTTIME` of its guard. A reboot takes both the folder and the switch's value away.
 */
export const FOLDER = "/run/packetwalk-host-log";

/** Why the switch cannot be held here, and what to do. */
export class HostLogError extends Error {
  readonly cure: string;
  constructor(message: string, cure: string) {
    super(message);
    this.cure = cure;
  }
}

const LIBRARY = `
umask 077
mkdir -p "$folder" || exit 1
exec 9>"$folder/lock"
# A process number alone may be another's by now: with its start time (field 22 of stat) it names one process. One that
# is dead and not yet reaped holds nothing.
start() { local s; read -r s 2>/dev/null < "/proc/$1/stat" || return; s=\${s##*) }; set -- $s; case $1 in Z|X) return ;; esac; echo "\${20}"; }
forget_dead() {
  for f in "$folder"/*-*; do
    [ -e "$f" ] || continue
    n=\${f##*/}
    [ "$(start "\${n%-*}")" = "\${n#*-}" ] || rm -f "$f"
  done
}
held() { for f in "$folder"/*-*; do [ -e "$f" ] && return; done; return 1; }
# Whoever has set it to something else meanwhile meant it.
restore() {
  [ -e "$folder/before" ] || return 0
  [ "$(cat "$switch")" != 1 ] || cat "$folder/before" > "$switch"
  rm -f "$folder/before"
}
`;

/**
 * Holds the switch at 1 until its input ends, which is when the engine ends in whatever way. The last holder puts
 * it back. What it was is written down before it is changed: should this process be killed too, the next run
 * (with --host-log or without) puts it back.
 */
const GUARD = `${LIBRARY}
trap '' INT TERM HUP QUIT
own="$folder/$$-$(start $$)"
flock 9
forget_dead
if ! held; then
  if [ ! -e "$folder/before" ]; then
    cat "$switch" > "$folder/before.new" && mv "$folder/before.new" "$folder/before" || exit 1
  fi
fi
: > "$own"
if ! echo 1 > "$switch"; then rm -f "$own"; held || rm -f "$folder/before"; exit 1; fi
flock -u 9
echo held
cat > /dev/null 9>&-
flock 9
rm -f "$own"
forget_dead
held || restore
`;

const REPAIR = `${LIBRARY}
flock 9
forget_dead
held || restore
`;

const variables = (): string => `folder=${FOLDER}; switch=${SWITCH}\n`;

/** Holds net.netfilter.nf_log_all_netns at 1, together with whatever other runs hold it. */
export class Guard {
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static open(): Promise<Guard> {
    if (process.getuid?.() !== 0)
      throw new HostLogError("--host-log changes a sysctl of the host, which only root may.", "run as root");
    if (!existsSync(SWITCH)) {
      throw new HostLogError(
        `--host-log needs ${SWITCH}, which is not here.`,
        "it is there in the host's own network namespace (not in a container's), once nf_log_syslog is loaded: modprobe nf_log_syslog",
      );
    }
    const child = spawn("bash", ["-c", variables() + GUARD], {
      stdio: ["pipe", "pipe", "pipe"],
      // A session of its own: what a terminal sends, and what is sent to our group, does not reach it.
      detached: true,
    });
    child.stdin?.on("error", () => {});
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    return new Promise((resolve, reject) => {
      child.stdout?.once("data", () => resolve(new Guard(child)));
      child.once("error", (error) => reject(error));
      child.once("close", () =>
        reject(
          new HostLogError(
            `--host-log cannot set net.netfilter.nf_log_all_netns: ${said.trim().split("\n")[0]}`,
            "in a container it is the host's: run packetwalk on the host",
          ),
        ),
      );
    });
  }

  /** Other runs that hold the switch now. */
  static others(own: number): number {
    const list = `for f in ${FOLDER}/*-*; do echo "$f"; done`;
    const { stdout } = spawnSync("sh", ["-c", list], { encoding: "utf8" });
    return stdout
      .trim()
      .split("\n")
      .filter((path) => /\d+-\d+$/.test(path) && !path.includes(`/${own}-`)).length;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Lets go; resolves when the switch is back, or still held by others. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return resolve();
      this.child.once("exit", () => resolve());
      this.child.stdin?.end();
    });
  }

  /** Puts the switch back where a run and its guard were both killed. */
  static repair(): void {
    if (process.getuid?.() !== 0 || !existsSync(`${FOLDER}/before`)) return;
    spawnSync("bash", ["-c", variables() + REPAIR], { stdio: "ignore" });
  }
}
