import type { RunningJob, TerminalSize } from "../engine/engine.ts";

/** The size of the terminal that we are on. */
export function terminalSize(): TerminalSize {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}

export interface Attachment {
  /** Standard input is a terminal: keys go as they are. */
  readonly raw: boolean;
  /** Whether the job gets our standard input. */
  readonly keys: boolean;
  /** What SIGTERM and SIGHUP to us do. */
  readonly hangUp?: () => void;
}

/**
 * Ties this terminal to a job until the job ends: keys go in raw, so Ctrl-C is the box's. The terminal is as it was
 * afterwards, whatever happened.
 */
export async function attach(job: RunningJob, how: Attachment): Promise<{ status: number }> {
  const { stdin } = process;
  const { raw, keys, hangUp } = how;
  const write = (bytes: Uint8Array) => job.write(bytes);
  const end = () => job.endInput();
  const resized = () => job.resize(terminalSize());
  const signals = hangUp ? (["SIGTERM", "SIGHUP"] as const) : [];
  if (raw) stdin.setRawMode(true);
  if (keys) stdin.on("data", write).on("end", end).resume();
  process.stdout.on("resize", resized);
  for (const signal of signals) process.on(signal, hangUp as () => void);
  try {
    return await job.done;
  } finally {
    if (raw) stdin.setRawMode(false);
    stdin.off("data", write).off("end", end).pause();
    process.stdout.off("resize", resized);
    for (const signal of signals) process.off(signal, hangUp as () => void);
  }
}
