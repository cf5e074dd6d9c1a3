import { existsSync, readFileSync } from "node:fs";
import { HOME } from "../../src/engine/kernel/home.ts";
import { LOG_FILE } from "../../src/engine/kernel/host-log/dmesg.ts";
import { SWITCH } from "../../src/engine/kernel/host-log/guard.ts";
import { HostLog } from "../../src/engine/kernel/host-log/host-log.ts";

/** Whether LOG lines can be had: this is the host's own network namespace. */
export const hasSwitch = (): boolean => existsSync(SWITCH);

/** On the simulated host, what --host-log does to the real one. */
export const SWITCH_ON = "sysctl -qw net.netfilter.nf_log_all_netns=1\n";

const READY = `${HOME}/waits`;
/** Before a case: waits until its log is there. */
export const AWAIT_LOG = `: > ${READY}; until [ -e ${LOG_FILE} ]; do sleep 0.02; done`;

let turn: Promise<unknown> = Promise.resolve();

/**
 * Asks the kernel with the host's nf_log_all_netns held at 1, as by --host-log; one case at a time, for whose a line
 * is could else be unclear. `ask` is given what it calls with the process number of the `unshare` that it starts.
 */
export function withHostLog<T>(ask: (attach: (unshare: number) => void) => Promise<T>): Promise<T> {
  const run = turn.then(async () => {
    const log = await HostLog.open();
    let over = false;
    try {
      return await ask((unshare) => void attach(log, unshare, () => over));
    } finally {
      over = true;
      await log.close();
    }
  });
  turn = run.catch(() => {});
  return run;
}

/** Gives the log its sandbox when that waits for it. */
async function attach(log: HostLog, unshare: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const children = `/proc/${unshare}/task/${unshare}/children`;
    const child = existsSync(children) ? readFileSync(children, "latin1").split(" ")[0] : "";
    if (child && existsSync(`/proc/${child}/root${READY}`)) return log.attach(Number(child));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
