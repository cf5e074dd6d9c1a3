/** What a sandbox cannot have, by the words with which a script asks for it. */
const LIMITS: readonly { pattern: RegExp; line: string; hostLog?: true }[] = [
  {
    pattern: /\bdmesg\b|nf_log_all_netns|-j\s+LOG\b|\/dev\/kmsg/,
    line: "dmesg shows no LOG lines: that takes the host's net.netfilter.nf_log_all_netns, which --host-log (root) sets for the run.",
    hostLog: true,
  },
  {
    pattern: /\b(modprobe|insmod|rmmod)\b/,
    line: "kernel modules cannot be loaded or taken out from the sandbox.",
  },
  {
    pattern: /\/sys\/(class|devices|module|kernel)\//,
    line: "/sys is read-only in the sandbox.",
  },
  {
    pattern: /\b(systemctl|service|networkctl|nmcli|netplan)\b/,
    line: "no services of the host (systemd, NetworkManager) reach into the sandbox.",
  },
  {
    pattern: /\b(mnexec|mininet|bwrap|firejail|CLONE_NEWNET)\b/,
    line: "network namespaces made otherwise than by ip and unshare start with this host's sysctls, not with the profile's.",
  },
  {
    pattern: /\b(docker|podman|lxc|virsh)\b/,
    line: "containers and virtual machines of the host are not reached from the sandbox.",
  },
];

/** Lines for the person before the script starts: what it seems to ask for and will not get. */
export function limits(script: string, hostLog = false): string[] {
  const code = script.replace(/^\s*#.*$/gm, "");
  return LIMITS.filter((limit) => limit.pattern.test(code) && !(hostLog && limit.hostLog)).map(
    ({ line }) => `in the sandbox: ${line}`,
  );
}
