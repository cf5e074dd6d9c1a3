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
  const { obstacle } = await import("../engine/kernel/doctor.ts");
  const { file } = options;
  if (file !== undefined) for (const line of limits(readFileSync(file, "utf8"))) say(line);
  try {
    return await KernelEngine.open({
      profile: options.profile,
      folders: [...new Set([process.cwd(), ...(file === undefined ? [] : [dirname(resolve(file))])])],
    });
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const found = obstacle();
    say(found ? `the kernel engine cannot start: ${found.what}` : error.message);
    say(found?.cure ?? error.cure);
    return undefined;
  }
}
