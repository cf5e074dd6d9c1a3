import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { SYSTEM_PATH } from "./sandbox.ts";

/** One thing that the kernel engine needs or likes to have, and how this machine stands. */
export interface Finding {
  readonly ok: boolean;
  /** Without it no sandbox starts. */
  readonly needed: boolean;
  readonly what: string;
  /** One line that says what to do; for a tool, by distribution. */
  readonly cure?: string;
}

/** Package names by the family of the distribution. */
interface Package {
  readonly apt: string;
  readonly dnf: string;
  readonly pacman: string;
  readonly apk: string;
  /** openSUSE; absent: as in Fedora. */
  readonly zypper?: string;
}

const same = (name: string): Package => ({ apt: name, dnf: name, pacman: name, apk: name });

const TOOLS: readonly { tool: string; needed: boolean; of: Package; why: string }[] = [
  { tool: "bash", needed: true, of: same("bash"), why: "runs the script" },
  { tool: "unshare", needed: true, of: same("util-linux"), why: "makes the sandbox" },
  {
    tool: "nsenter",
    needed: true,
    of: { ...same("util-linux"), apk: "util-linux-misc" },
    why: "enters the sandbox",
  },
  {
    tool: "mount",
    needed: true,
    of: { ...same("util-linux"), apk: "mount" },
    why: "makes the disk copy-on-write",
  },
  {
    tool: "ip",
    needed: true,
    of: { apt: "iproute2", zypper: "iproute2", dnf: "iproute", pacman: "iproute2", apk: "iproute2" },
    why: "namespaces, devices, routes",
  },
  {
    tool: "iptables",
    needed: true,
    of: { apt: "iptables", zypper: "iptables", dnf: "iptables-nft", pacman: "iptables", apk: "iptables" },
    why: "rules",
  },
  { tool: "nft", needed: true, of: same("nftables"), why: "the walk through the rules" },
  {
    tool: "sysctl",
    needed: false,
    of: { apt: "procps", zypper: "procps", dnf: "procps-ng", pacman: "procps-ng", apk: "procps" },
    why: "scripts use it",
  },
  {
    tool: "ping",
    needed: false,
    of: { apt: "iputils-ping", dnf: "iputils", pacman: "iputils", apk: "iputils-ping" },
    why: "scripts use it",
  },
  { tool: "tcpdump", needed: false, of: same("tcpdump"), why: "the walk across devices" },
  {
    tool: "python3",
    needed: false,
    of: { ...same("python3"), pacman: "python" },
    why: "an ordinary user's walk across devices",
  },
  {
    tool: "script",
    needed: false,
    of: {
      apt: "bsdutils",
      dnf: "util-linux-script",
      pacman: "util-linux",
      apk: "util-linux-misc",
      zypper: "util-linux",
    },
    why: "terminals: packetwalk shell",
  },
  {
    tool: "stty",
    needed: false,
    of: same("coreutils"),
    why: "terminals: packetwalk shell",
  },
  {
    tool: "conntrack",
    needed: false,
    of: { apt: "conntrack", dnf: "conntrack-tools", pacman: "conntrack-tools", apk: "conntrack-tools" },
    why: "the walk's connections",
  },
];

/** Looks at this machine. `root`: whether we may use root's way. */
export function examine(): Finding[] {
  if (process.platform !== "linux") {
    return [
      {
        ok: false,
        needed: true,
        what: `this is ${process.platform}, not Linux`,
        cure: "use the simulated engine (the default), which runs everywhere",
      },
    ];
  }
  const findings = tools();
  if (findings.every((f) => f.ok || !f.needed)) findings.push(...privileges());
  findings.push(...age(release(), process.getuid?.() === 0));
  return findings;
}

function tools(): Finding[] {
  return TOOLS.map(({ tool, needed, of, why }): Finding => {
    const ok = has(tool);
    return {
      ok,
      needed,
      what: ok ? `${tool} (${why})` : `${tool} is missing (${why})`,
      ...(ok ? {} : { cure: install(of) }),
    };
  });
}

/** The first thing that keeps a sandbox from starting. */
export function obstacle(): Finding | undefined {
  return examine().find((f) => f.needed && !f.ok);
}

/** The first tool that is missing; looks at no more than that. */
export function missingTool(): Finding | undefined {
  return tools().find((f) => f.needed && !f.ok);
}

/** What a kernel is too old for. */
export function age(running: string, root: boolean): Finding[] {
  const [major = 0, minor = 0] = running.split(".").map(Number);
  const since = (m: number, n: number) => major > m || (major === m && minor >= n);
  const newer = (version: string) =>
    `a kernel from Linux ${version} on (Debian: linux-image-amd64 of a newer release or of backports; Ubuntu: linux-generic-hwe; Fedora, Arch, Alpine, openSUSE: update the system)`;
  const old = (what: string, version: string, needed = false): Finding => ({
    ok: false,
    needed,
    what: `Linux ${major}.${minor} is too old: ${what}`,
    cure: newer(version),
  });
  const findings: Finding[] = [];
  if (!since(5, 4)) findings.push(old("the kernel engine is made for 5.4 and newer", "5.4", true));
  if (!root && !since(5, 11))
    findings.push(old("an ordinary user may not mount overlayfs (run packetwalk as root)", "5.11", true));
  if (root && !since(5, 17)) findings.push(old("it gives no reasons for drops", "5.17"));
  if (!since(6, 14))
    findings.push(old("a script that forks without end is ended by the time limit alone", "6.14"));
  return findings;
}

/** Whether a program is where the sandbox looks for programs. */
export function has(tool: string): boolean {
  return SYSTEM_PATH.split(":").some((folder) => existsSync(`${folder}/${tool}`));
}

/** The command for the distribution that /etc/os-release names; all of them when it names none that we know. */
function install(of: Package): string {
  const all = [
    { like: /debian|ubuntu/, text: `apt install ${of.apt}` },
    { like: /fedora|rhel|centos/, text: `dnf install ${of.dnf}` },
    { like: /arch/, text: `pacman -S ${of.pacman}` },
    { like: /alpine/, text: `apk add ${of.apk}` },
    { like: /suse/, text: `zypper install ${of.zypper ?? of.dnf}` },
  ];
  const names = ["Debian, Ubuntu", "Fedora", "Arch", "Alpine", "openSUSE"];
  const here = all.find(({ like }) => like.test(distribution()));
  return here ? here.text : all.map(({ text }, i) => `${names[i]}: ${text}`).join("; ");
}

function distribution(): string {
  try {
    const lines = readFileSync("/etc/os-release", "utf8").split("\n");
    return lines.filter((line) => /^ID(_LIKE)?=/.test(line)).join(" ");
  } catch {
    return "";
  }
}

function privileges(): Finding[] {
  const root = process.getuid?.() === 0;
  const flags = root ? ["--net", "--mount"] : ["--user", "--map-root-user", "--net", "--mount"];
  const ask = (...argv: string[]) =>
    spawnSync("unshare", [...flags, ...argv], { env: { PATH: SYSTEM_PATH }, encoding: "utf8" });
  const run = ask("iptables", "-w", "-L", "-n");
  if (run.status === 0) {
    const overlay = ask("sh", "-c", tryOverlay(root));
    if (overlay.status !== 0)
      return [
        {
          ok: false,
          needed: true,
          what: `overlayfs cannot be mounted, by which the disk is copy-on-write: ${overlay.stderr.trim().split("\n")[0]}`,
          cure: root ? "load it on the host: modprobe overlay" : "run packetwalk as root",
        },
      ];
    return [
      {
        ok: true,
        needed: true,
        what: root
          ? "root: sandboxes with the kernel's reasons for drops"
          : "an ordinary user: sandboxes in a user namespace",
      },
      ...legacy(),
    ];
  }
  const said = (run.stderr || String(run.error ?? "")).trim().split("\n")[0];
  if (/iptables/.test(said)) {
    return [
      {
        ok: false,
        needed: true,
        what: `the kernel has no nf_tables for iptables: ${said}`,
        cure: "load it on the host: modprobe nf_tables nft_compat ip_tables",
      },
    ];
  }
  return [
    {
      ok: false,
      needed: true,
      what: root
        ? `root may not make namespaces here: ${said}`
        : `an ordinary user may not make namespaces here: ${said}`,
      cure: root ? "in a container: start it with --privileged" : allow(),
    },
  ];
}

function tryOverlay(root: boolean): string {
  const options = `lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w${root ? "" : ",userxattr"}`;
  return `mount -t tmpfs t /mnt && mkdir /mnt/l /mnt/u /mnt/w && mount -t overlay -o ${options} o /mnt/l`;
}

/** What switches unprivileged user namespaces off differs by distribution. */
function allow(): string {
  const apparmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  if (existsSync(apparmor) && readFileSync(apparmor, "utf8").trim() === "1") {
    return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 23.10 and newer), or run packetwalk as root";
  }
  const debian = "/proc/sys/kernel/unprivileged_userns_clone";
  if (existsSync(debian) && readFileSync(debian, "utf8").trim() === "0") {
    return "sudo sysctl -w kernel.unprivileged_userns_clone=1 (Debian, Arch), or run packetwalk as root";
  }
  return "sudo sysctl -w user.max_user_namespaces=10000 (Fedora, Alpine), or run packetwalk as root";
}

function legacy(): Finding[] {
  const version = spawnSync("iptables", ["-V"], { env: { PATH: SYSTEM_PATH }, encoding: "utf8" }).stdout;
  if (!version.includes("legacy")) return [];
  return [
    {
      ok: false,
      needed: false,
      what: "iptables is the legacy one: of its rules, the walk sees only the counters",
      cure: "Debian, Ubuntu: update-alternatives --set iptables /usr/sbin/iptables-nft",
    },
  ];
}
