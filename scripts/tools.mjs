// The real tools that some tests compare with, and the Debian packages that have them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const TOOLS = {
  ip: "iproute2",
  iptables: "iptables",
  nft: "nftables",
  ping: "iputils-ping",
  arping: "iputils-arping",
  tracepath: "iputils-tracepath",
  traceroute: "traceroute",
  conntrack: "conntrack",
  tcpdump: "tcpdump",
  curl: "curl",
  nc: "netcat-openbsd",
  brctl: "bridge-utils",
  ifconfig: "net-tools",
  ethtool: "ethtool",
  hping3: "hping3",
  python3: "python3-minimal",
  ps: "procps",
  chromium: "chromium",
};

const FOLDERS = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** Packages whose tools are not on this machine. */
export function missingPackages() {
  return Object.entries(TOOLS)
    .filter(([tool]) => !FOLDERS.some((folder) => folder && existsSync(`${folder}/${tool}`)))
    .map(([, name]) => name);
}

/** On CI: installs what is missing, so that no test is skipped. Elsewhere: says what is missing. */
export function installTools() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (!process.env.CI) {
    console.log(
      `Tests that compare with the real tools are skipped; they need: apt-get install ${missing.join(" ")}`,
    );
    return;
  }
  const options = {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  spawnSync("apt-get", ["update", "-qq"], options);
  const { status } = spawnSync(
    "apt-get",
    ["install", "-y", "-qq", "--no-install-recommends", ...missing],
    options,
  );
  if (status !== 0) {
    console.error(`could not install ${missing.join(" ")}`);
    process.exit(1);
  }
}
