import { release } from "node:os";
import { utf8 } from "../../base/text.ts";
import type { Engine, Job, JobEnd, QueryAnswer, RunningJob } from "../../engine/engine.ts";
import { obstacle } from "../../engine/kernel/doctor.ts";
import { KernelEngine } from "../../engine/kernel/engine.ts";
import { quote } from "../../engine/kernel/init.ts";
import { limits } from "../../engine/kernel/limits.ts";
import { SandboxError } from "../../engine/kernel/sandbox.ts";
import { KernelWalker } from "../../engine/kernel/walk/walker.ts";
import type { Hearing, Opened } from "../../link/desk.ts";
import type { LabFiles, RequestOf } from "../../link/protocol.ts";

/** Where a lab's files are in the sandbox: its private /tmp. */
const FOLDER = "/tmp/lab";
/** Steps of a lab's walk that are told: what a page can hold and show. */
const MOST_EVENTS = 200_000;

/** A sandbox on this machine's kernel with the lab's files in it, and, for root, its walk. */
export async function openKernelLab(
  { profile, files, main }: RequestOf<"open">,
  hearing: Hearing,
): Promise<Opened> {
  for (const line of limits(files[main ?? ""] ?? "")) hearing.onNotice(line);
  const engine = await openEngine(profile);
  try {
    await writeFiles(engine, files);
    const walker = process.getuid?.() === 0 ? await openWalker(engine, files, hearing) : undefined;
    if (!walker)
      hearing.onNotice("the walk on the kernel needs root: start packetwalk ui as root to see it.");
    else if (!walker.hasReasons)
      hearing.onNotice("the kernel does not say here why it drops a packet; rules' verdicts are told.");
    return {
      engine: walker ? new WalkedEngine(engine, walker) : engine,
      facts: {
        kind: "kernel",
        name: `Linux ${/^\d+\.\d+/.exec(release())?.[0] ?? ""}`,
        folder: FOLDER,
        past: false,
        walk: walker !== undefined,
        unmatched: false,
      },
      mostEvents: MOST_EVENTS,
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function openEngine(profile: "ubuntu" | "kernel"): Promise<KernelEngine> {
  try {
    return await KernelEngine.open({ profile });
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const found = obstacle();
    throw new Error(
      found
        ? `the kernel engine cannot start: ${found.what}; ${found.cure ?? ""}`
        : `${error.message}; ${error.cure}`,
    );
  }
}

/** A shell of the sandbox writes them: a link in there leads nowhere out of it. */
async function writeFiles(engine: Engine, files: LabFiles): Promise<void> {
  let said = "";
  const job = engine.start({
    argv: ["bash", "-e"],
    input: true,
    output: (bytes) => {
      said += Buffer.from(bytes).toString();
    },
  });
  const lines = [`mkdir -p ${FOLDER}`, `cd ${FOLDER}`];
  for (const [path, text] of Object.entries(files)) {
    const slash = path.lastIndexOf("/");
    if (slash > 0) lines.push(`mkdir -p ${quote(path.slice(0, slash))}`);
    lines.push(`printf %s ${quote(text)} > ${quote(path)}`);
    if (text.startsWith("#!")) lines.push(`chmod +x ${quote(path)}`);
  }
  job.write(utf8(`${lines.join("\n")}\n`));
  job.endInput();
  const { status } = await job.done;
  if (status !== 0) throw new Error(`the lab's files could not be written in the sandbox: ${said.trim()}`);
}

async function openWalker(engine: KernelEngine, files: LabFiles, hearing: Hearing): Promise<KernelWalker> {
  const walker = await KernelWalker.open(engine.sandbox, {
    ...hearing,
    script: Object.entries(files)
      .filter(([path]) => path.endsWith(".sh"))
      .map(([, text]) => text)
      .join("\n"),
    source: (file) => files[file.startsWith(`${FOLDER}/`) ? file.slice(FOLDER.length + 1) : file],
  });
  walker.follow();
  return walker;
}

/** A kernel engine under watch: what shells run is told, scripts and what is typed on terminals. */
class WalkedEngine implements Engine {
  readonly kind = "kernel";
  private readonly engine: KernelEngine;
  private readonly walker: KernelWalker;

  constructor(engine: KernelEngine, walker: KernelWalker) {
    this.engine = engine;
    this.walker = walker;
  }

  start(job: Job): RunningJob {
    const { walker, engine } = this;
    const { argv, output } = job;
    if (argv[0] !== "bash") return engine.start(job);
    if (job.terminal && argv.length === 2 && argv[1] === "-i")
      return engine.start({ ...job, argv: walker.terminal(job.ns ?? "host") });
    const started = engine.start({
      ...job,
      env: { ...walker.environment, ...job.env },
      output: (bytes, stream) => walker.output(() => output(bytes, stream)),
    });
    const end = async (end: JobEnd) => {
      await walker.ended(end.status);
      return end;
    };
    return { ...started, done: started.done.then(end) };
  }

  query(argv: readonly string[], ns?: string): Promise<QueryAnswer> {
    return this.engine.query(argv, ns);
  }

  async close(): Promise<void> {
    await this.walker.abort();
    await this.engine.close();
  }
}
