import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { eventually, HAS_KERNEL } from "./support.ts";

/** Longest wait for one answer of a shell on a busy machine. */
const PATIENCE = 20_000;

/** A terminal and all that it has printed. */
class Screen {
  text = "";
  readonly job;

  constructor(engine: KernelEngine, argv: readonly string[], ns?: string) {
    this.job = engine.start({
      argv,
      ...(ns === undefined ? {} : { ns }),
      cwd: "/tmp",
      terminal: { columns: 90, rows: 33 },
      env: { PS1: "prompt> ", TERM: "dumb" },
      output: (bytes) => {
        this.text += Buffer.from(bytes).toString();
      },
    });
  }

  type(text: string): void {
    this.job.write(Buffer.from(text));
  }

  /** Waits for what is printed from now on, or was and has not been waited for. */
  async shows(what: RegExp): Promise<RegExpExecArray> {
    await eventually(() => what.test(this.text), PATIENCE);
    const found = what.exec(this.text);
    if (!found) throw new Error(`${what} never came:\n${this.text}`);
    this.text = this.text.slice(found.index + found[0].length);
    return found;
  }
}

/** A command that says when it has the terminal: until then a shell still has it. */
const begun = (command: string) => `sh -c 'echo beg""un; exec ${command}'`;

describe.runIf(HAS_KERNEL)("a terminal on the kernel", () => {
  let engine: KernelEngine;
  beforeAll(async () => {
    engine = await KernelEngine.open();
    await engine.start({ argv: ["ip", "netns", "add", "boxA"], output: () => {} }).done;
  }, 60_000);
  afterAll(() => engine.close());

  test("is a terminal of the sandbox's own, in the namespace that is asked for", async () => {
    const screen = new Screen(engine, ["bash", "-i"], "boxA");
    await screen.shows(/prompt> /);
    screen.type("tty; stty size; ip netns identify; ls -l $(tty)\r");
    await screen.shows(/\n(\/dev\/pts\/\d+)\r\n33 90\r\nboxA\r\ncrw.*\1\r\n/);
    screen.type("exit 9\r");
    expect(await screen.job.done).toEqual({ status: 9 });
  });

  test("Ctrl-C interrupts the command and not the shell", async () => {
    const screen = new Screen(engine, ["bash", "-i"]);
    await screen.shows(/prompt> /);
    screen.type(`${begun("sleep 1000")}\r`);
    await screen.shows(/begun\r\n/);
    screen.type("\x03");
    await screen.shows(/prompt> /);
    screen.type("echo status $?\r");
    await screen.shows(/\nstatus 130\r\n/);
    screen.type("exit\r");
    expect(await screen.job.done).toEqual({ status: 0 });
  });

  test("job control: Ctrl-Z stops, fg goes on", async () => {
    const screen = new Screen(engine, ["bash", "-i"]);
    await screen.shows(/prompt> /);
    // It says when it has the terminal again: until then the shell has it, and sets its modes.
    const reader = `bash -c 'trap "echo goes on" CONT; while read -r line; do echo got $line; done'`;
    screen.type(`${begun(reader.replaceAll("'", "'\\''"))}\r`);
    await screen.shows(/begun\r\n/);
    screen.type("one\r");
    await screen.shows(/got one\r\n/);
    screen.type("\x1a");
    await screen.shows(/\[1\]\+ {2}Stopped +sh/);
    screen.type("fg\r");
    await screen.shows(/\ngoes on\r\n/);
    screen.type("two\r");
    await screen.shows(/got two\r\n/);
    screen.type("\x04");
    await screen.shows(/prompt> /);
    screen.type("\x04");
    expect(await screen.job.done).toEqual({ status: 0 });
  });

  test("a new size is heard at once by what runs in the foreground", async () => {
    const script = "trap 'echo heard' WINCH; stty size; while :; do sleep 0.05; done";
    const screen = new Screen(engine, ["bash", "-c", script]);
    await screen.shows(/33 90\r\n/);
    screen.job.resize({ columns: 100, rows: 40 });
    await screen.shows(/heard\r\n/);
    screen.job.signal("TERM");
    expect(await screen.job.done).toEqual({ status: 143 });
  });

  test("of sizes that come fast the last one counts, also before the terminal is there", async () => {
    const screen = new Screen(engine, ["bash", "-c", "while :; do stty size; sleep 0.05; done"]);
    screen.job.resize({ columns: 70, rows: 20 });
    await screen.shows(/20 70\r\n/);
    for (const columns of [101, 102, 103]) screen.job.resize({ columns, rows: 44 });
    await screen.shows(/44 103\r\n/);
    screen.job.signal("KILL");
    expect(await screen.job.done).toEqual({ status: 137 });
  });

  test("hanging up ends the shell and what it runs", async () => {
    const screen = new Screen(engine, ["bash", "-i"]);
    await screen.shows(/prompt> /);
    screen.type(`sleep 87654.25 & ${begun("sleep 87654.25")}\r`);
    await screen.shows(/begun\r\n/);
    screen.job.signal("HUP");
    expect(await screen.job.done).toEqual({ status: 129 });
    const left = async () => (await engine.query(["pgrep", "-f", "^sleep 87654.25"])).stdout;
    let sleeping = await left();
    for (let i = 0; i < 100 && sleeping !== ""; i++) sleeping = await left();
    expect(sleeping).toBe("");
  });

  test("a program that is not there is said on the terminal", async () => {
    const screen = new Screen(engine, ["no-such-program"]);
    await screen.shows(/no-such-program.*(not found|No such file)/);
    expect(await screen.job.done).toEqual({ status: 127 });
  });
});
