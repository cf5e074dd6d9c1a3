import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { KernelEngine } from "../engine/kernel/engine.ts";
import { limits } from "../engine/kernel/limits.ts";
import type { RunOptions } from "./options.ts";

/**
 * A sandbox for the lab that the command line names, after a line for each thing that its script will not find
 * there. Undefined: the machine gives none; why, and what to do, has been said.
 */
export async function openKernel(
  options: RunOptions,
  say: (line: string) => void,
): Promise<KernelEngine | undefined> {
  const { KernelEngine } = await import("../engine/kernel/engine.ts");
  const { SandboxError } = await import("../engine/kernel/sandbox.ts");
  const { HostLogError } = await import("../engine/kernel/host-log/guard.ts");
  const { missingTool, obstacle } = await import("../engine/kernel/doctor.ts");
  const { file } = options;
  const missing = missingTool();
  if (missing) {
    say(`the kernel engine cannot start: ${missing.what}`);
    say(missing.cure ?? "");
    return undefined;
  }
  if (file !== undefined) for (const line of limits(readFileSync(file, "utf8"), options.hostLog)) say(line);
  try {
    return await KernelEngine.open({
      profile: options.profile,
      folders: [...new Set([process.cwd(), ...(file === undefined ? [] : [dirname(resolve(file))])])],
      hostLog: options.hostLog,
    });
  } catch (error) {
    if (error instanceof HostLogError) {
      say(error.message);
      say(error.cure);
      return undefined;
    }
    if (!(error instanceof SandboxError)) throw error;
    const found = obstacle();
    say(found ? `the kernel engine cannot start: ${found.what}` : error.message);
    say(found?.cure ?? error.cure);
    return undefined;
  }
}

/** Closes the sandbox, and says what of its LOG lines is not in its dmesg. */
export async function closeKernel(engine: KernelEngine, say: (line: string) => void): Promise<void> {
  await engine.close();
  const { hostLog } = engine.sandbox;
  if (hostLog?.lost) say("--host-log: there were more LOG lines than could be kept; some are lost.");
  if (hostLog?.unclear)
    say(`--host-log: ${hostLog.unclear} LOG lines may be this lab's or another run's, and are left out.`);
}
