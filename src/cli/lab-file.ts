import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { KernelEngine } from "../engine/kernel/engine.ts";
import { tellBootFailure, tellScriptFailure, tracedScript } from "../lab/file/failure.ts";
import { compileLab, type LabPlan } from "../lab/file/plan.ts";
import { LabFileError } from "../lab/file/read.ts";
import { buildScript, type LabScript, serviceScript } from "../lab/file/script.ts";
import { CommandLineError } from "./command-line-error.ts";

/** A lab file that was handed in. */
export interface LabFileRun {
  /** As it was named. */
  readonly file: string;
  readonly name: string;
  /** Where its commands run. */
  readonly folder: string;
  readonly plan: LabPlan;
}

/** Reads and compiles a lab file. What is wrong with it is a mistake of the person: CommandLineError. */
export function readLabFile(file: string): LabFileRun {
  try {
    const plan = compileLab(readFileSync(file, "utf8"), file);
    return { file, name: basename(file), folder: dirname(resolve(file)), plan };
  } catch (error) {
    if (error instanceof LabFileError)
      throw new CommandLineError(error.message.replaceAll("\n", "\npacketwalk: "));
    throw error;
  }
}

/** Builds the lab in an engine; what failed, in words, or undefined. */
export async function buildLab(engine: Engine, lab: LabFileRun): Promise<string | undefined> {
  if (engine.kind === "simulated") return runScript(engine, lab, buildScript(lab.plan));
  const { bootLab } = await import("../engine/kernel/boot.ts");
  const failure = await bootLab((engine as KernelEngine).sandbox, lab.plan);
  if (failure) return tellBootFailure(lab.file, lab.plan, failure);
  return lab.plan.services.length > 0 ? runScript(engine, lab, serviceScript(lab.plan)) : undefined;
}

async function runScript(engine: Engine, lab: LabFileRun, script: LabScript): Promise<string | undefined> {
  let said = "";
  const job = engine.start({
    argv: ["bash", "-c", tracedScript(script), lab.file],
    cwd: lab.folder,
    output: (bytes) => {
      said += Buffer.from(bytes).toString();
    },
  });
  const { status } = await job.done;
  return status === 0 ? undefined : tellScriptFailure(lab.file, script, said);
}
