import { describe, expect, test } from "vitest";
import type { Engine, Job } from "../engine/engine.ts";
import type { WalkEvent } from "../walk/event.ts";
import { Desk, type Hearing, type Opened } from "./desk.ts";
import type { Response } from "./protocol.ts";

const OPEN = { type: "open", seed: 1, profile: "ubuntu", files: {} } as const;

/** A desk on an engine that does what the test says, and all that it tells the page. */
function desk(options: { mostEvents?: number; fails?: string; breaks?: string } = {}) {
  const said: Response[] = [];
  const log: string[] = [];
  const jobs: Job[] = [];
  let hearing: Hearing | undefined;
  let made = () => {};
  const ready = new Promise<void>((resolve) => (made = resolve));
  const engine: Engine = {
    kind: "kernel",
    start: (job) => {
      jobs.push(job);
      return {
        done: new Promise(() => {}),
        write: (bytes) => log.push(`write ${Buffer.from(bytes)}`),
        endInput: () => log.push("end of input"),
        signal: (name) => log.push(`signal ${name}`),
        resize: ({ columns }) => log.push(`resize ${columns}`),
        pause: () => log.push("pause"),
        resume: () => log.push("resume"),
      };
    },
    query: async (argv) => ({ stdout: argv.join(" "), stderr: "", status: 0 }),
    close: async () => void log.push("close"),
  };
  const subject = new Desk({
    open: async (_, to): Promise<Opened> => {
      hearing = to;
      await ready;
      if (options.fails) throw new Error(options.fails);
      const facts = {
        kind: "kernel",
        name: "Linux",
        folder: "/lab",
        past: false,
        walk: true,
        unmatched: false,
      } as const;
      const broken = (): never => {
        throw new Error(options.breaks);
      };
      return {
        engine,
        facts,
        ...(options.mostEvents ? { mostEvents: options.mostEvents } : {}),
        ...(options.breaks ? { past: broken, note: broken } : {}),
      };
    },
    say: (response) => said.push(response),
  });
  return { subject, said, log, jobs, made, hear: () => hearing as Hearing };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("a page's desk", () => {
  test("what is asked while the engine is made is done when it is there, in order", async () => {
    const { subject, said, log, jobs, made } = desk();
    subject.take(OPEN);
    subject.take({ type: "start", job: 1, argv: ["bash"], ns: "a" });
    subject.take({ type: "write", job: 1, data: "é\r" });
    subject.take({ type: "query", id: 2, argv: ["ip", "link"] });
    expect(jobs).toEqual([]);
    made();
    await turn();
    expect(jobs[0]).toMatchObject({ argv: ["bash"], ns: "a", cwd: "/lab" });
    expect(log).toEqual(["write é\r"]);
    expect(said.map((r) => r.type)).toEqual(["opened", "answer"]);
    expect(said[1]).toMatchObject({ id: 2, answer: { stdout: "ip link" } });
  });

  test("an engine that cannot be made says why", async () => {
    const { subject, said, made } = desk({ fails: "nft is missing; apt install nftables" });
    subject.take(OPEN);
    made();
    await turn();
    expect(said).toEqual([{ type: "failed", message: "nft is missing; apt install nftables" }]);
  });

  test("what breaks while a request is served is said once, answered with nothing, and the lab goes on", async () => {
    const { subject, said, made } = desk({ breaks: "out of paper" });
    subject.take(OPEN);
    made();
    await turn();
    subject.take({ type: "query", id: 3, argv: ["ip", "link"], at: 5 });
    subject.take({ type: "query", id: 4, argv: ["ip", "link"], at: 5 });
    await turn();
    subject.take({ type: "put", path: "a.sh", text: "" });
    await turn();
    subject.take({ type: "query", id: 5, argv: ["ip", "link"] });
    await turn();
    expect(said.slice(1)).toEqual([
      { type: "notice", line: "looking at the lab did not work: out of paper" },
      {
        type: "answer",
        id: 3,
        answer: { stdout: "", stderr: "looking at the lab did not work: out of paper\n", status: 1 },
      },
      {
        type: "answer",
        id: 4,
        answer: { stdout: "", stderr: "looking at the lab did not work: out of paper\n", status: 1 },
      },
      { type: "notice", line: "writing a file of the lab did not work: out of paper" },
      { type: "answer", id: 5, answer: { stdout: "ip link", stderr: "", status: 0 } },
    ]);
  });

  test("a flood waits until it is shown", async () => {
    const { subject, log, jobs, made } = desk();
    subject.take(OPEN);
    subject.take({ type: "start", job: 1, argv: ["yes"] });
    made();
    await turn();
    const line = Buffer.alloc(50_000, "y\n");
    for (let i = 0; i < 8; i++) jobs[0].output(line, "stdout");
    expect(log).toEqual([]);
    jobs[0].output(line, "stdout");
    expect(log).toEqual(["pause"]);
    subject.take({ type: "shown", job: 1, length: 300_000 });
    expect(log).toEqual(["pause"]);
    subject.take({ type: "shown", job: 1, length: 60_000 });
    expect(log).toEqual(["pause", "resume"]);
  });

  test("a character that comes in two parts is one", async () => {
    const { subject, said, jobs, made } = desk();
    subject.take(OPEN);
    subject.take({ type: "start", job: 1, argv: ["cat"] });
    made();
    await turn();
    const [first, second] = Buffer.from("é");
    jobs[0].output(Uint8Array.of(first), "stdout");
    jobs[0].output(Uint8Array.of(second), "stdout");
    const told = said.flatMap((r) => (r.type === "output" ? [r.data] : []));
    expect(told.join("")).toBe("é");
  });

  test("a walk without end is told up to a limit, and that is said once", async () => {
    const { subject, said, hear, made } = desk({ mostEvents: 700 });
    subject.take(OPEN);
    made();
    await turn();
    for (let seq = 1; seq <= 2000; seq++) hear().onEvent({ seq, kind: "netns" } as WalkEvent);
    await turn();
    const events = said.flatMap((r) => (r.type === "events" ? r.events : []));
    expect(events).toHaveLength(700);
    expect(said.filter((r) => r.type === "notice")).toHaveLength(1);
  });

  test("a page that went while its engine was made leaves none behind", async () => {
    const { subject, said, log, made } = desk();
    subject.take(OPEN);
    await subject.close();
    made();
    await turn();
    expect(log).toEqual(["close"]);
    expect(said).toEqual([]);
  });
});
