import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Profile } from "../../src/engine/engine.ts";
import { initScript } from "../../src/engine/kernel/init.ts";
import { runLab } from "../support/lab.ts";

/** What one engine answered to a case. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Printed by the case's last words, on both engines: the state that it leaves behind. */
export const STATE = `
printf '\\n== state\\n'
for ns in $(ip netns list | sed 's/ .*//' | sort); do
  printf -- '-- %s\\n' "$ns"
  ip netns exec $ns iptables-save -c
  ip netns exec $ns ip -o addr
  ip netns exec $ns ip route show table all
  ip netns exec $ns ip neigh
done 2>&1
`;

export function simulated(script: string, profile: Profile): Answer {
  const { stdout, stderr, status } = runLab(script, { profile });
  return { stdout, stderr, status };
}

/** True when this machine lets us make sandboxes and has the tools. */
export function kernelAtHand(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/sbin/iptables") && existsSync("/usr/bin/unshare");
}

/** Runs a case on the real kernel, in a sandbox of its own. */
export function kernel(script: string, profile: Profile): Answer {
  const init = initScript({ profile, folder: undefined }).replace(/echo READY\nexec cat > \/dev\/null\n$/, "");
  const result = spawnSync(
    "unshare",
    [
      ...["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"],
      ...["--propagation", "private", "bash", "-c"],
      `${init}\nset +e\nunset keep d; export PATH=/run/packetwalk/bin:$PATH; cd /root; exec bash -c "$CASE" lab`,
    ],
    { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8", CASE: script }, timeout: 60_000 },
  );
  return { stdout: result.stdout, stderr: result.stderr, status: result.status ?? 128 };
}
