import { KernelError } from "../../base/errno.ts";
import { spawn, waitChild } from "../../machine/exec.ts";
import { PipeBuffer, PipeEnd } from "../../machine/pipe.ts";
import { type Process, type Running, shellStatus } from "../../machine/process.ts";
import { openInput, openOutput } from "../tool/files.ts";
import { LineReader } from "../tool/input.ts";
import { fail, reason, type Tool } from "../tool/tool.ts";
import { RecordReader } from "./records.ts";

interface Output {
  readonly fd: number;
  readonly child: Process | null;
  held: string;
}

interface Input {
  readonly reader: RecordReader;
  readonly fd: number;
  readonly child: Process | null;
}

/** The files and commands that a program prints to and reads from, by the name that opened them. */
export class Streams {
  private readonly tool: Tool;
  private readonly outputs = new Map<string, Output>();
  private readonly inputs = new Map<string, Input>();

  constructor(tool: Tool) {
    this.tool = tool;
  }

  /** print > "file", >> "file", | "command". */
  *write(name: string, redirect: string, text: string): Running<void> {
    const output = this.outputs.get(name) ?? (yield* this.open(name, redirect));
    output.held += text;
    if (output.held.length >= 4096) yield* this.drain(output);
  }

  private *drain(output: Output): Running<void> {
    const text = output.held;
    output.held = "";
    if (text !== "") yield* this.tool.proc.write(output.fd, text);
  }

  private *open(name: string, redirect: string): Running<Output> {
    const { proc } = this.tool;
    let made: Output;
    if (redirect === "|") {
      yield* this.tool.out.flush();
      const buffer = new PipeBuffer();
      const read = new PipeEnd(buffer, "r");
      const fd = proc.addFd(new PipeEnd(buffer, "w"), 10);
      const fds = [
        [0, read],
        [fd, null],
      ] as const;
      made = { fd, child: spawn(proc, ["sh", "-c", name], { fds }), held: "" };
    } else if (redirect === "|&") fail(this.tool, "fatal: two-way pipes are not modelled by Packetwalk", 2);
    else {
      try {
        made = { fd: openOutput(proc, name, { append: redirect === ">>" }), child: null, held: "" };
      } catch (error) {
        fail(this.tool, `fatal: cannot redirect to \`${name}': ${reason(error)}`, 2);
      }
    }
    this.outputs.set(name, made);
    return made;
  }

  /** getline < "file" and "command" | getline; undefined when it cannot be opened. */
  *input(name: string, from: "file" | "command"): Running<RecordReader | undefined> {
    const found = this.inputs.get(name);
    if (found) return found.reader;
    const { proc } = this.tool;
    let fd: number;
    let child: Process | null = null;
    if (from === "command") {
      yield* this.flush();
      const buffer = new PipeBuffer();
      fd = proc.addFd(new PipeEnd(buffer, "r"), 10);
      const fds = [
        [1, new PipeEnd(buffer, "w")],
        [fd, null],
      ] as const;
      child = spawn(proc, ["sh", "-c", name], { fds });
    } else {
      try {
        fd = openInput(proc, name);
      } catch (error) {
        if (error instanceof KernelError) return undefined;
        throw error;
      }
    }
    const reader = new RecordReader(new LineReader(proc, fd), proc, fd);
    this.inputs.set(name, { reader, fd, child });
    return reader;
  }

  /** close(): −1 when nothing is open by that name, else the status. */
  *close(name: string): Running<number> {
    const { proc } = this.tool;
    let status = -1;
    const output = this.outputs.get(name);
    if (output) {
      this.outputs.delete(name);
      yield* this.drain(output);
      proc.closeFd(output.fd);
      status = output.child ? shellStatus(yield* waitChild(proc, output.child)) : 0;
    }
    const input = this.inputs.get(name);
    if (input) {
      this.inputs.delete(name);
      proc.closeFd(input.fd);
      status = input.child ? shellStatus(yield* waitChild(proc, input.child)) : 0;
    }
    return status;
  }

  /** At the end: what is still open is written, and its commands are waited for. */
  *closeAll(): Running<void> {
    for (const name of [...this.outputs.keys()]) yield* this.close(name);
    for (const name of [...this.inputs.keys()]) yield* this.close(name);
  }

  *flush(name?: string): Running<number> {
    if (name === undefined) {
      yield* this.tool.out.flush();
      for (const output of this.outputs.values()) yield* this.drain(output);
      return 0;
    }
    const output = this.outputs.get(name);
    if (!output) return -1;
    yield* this.drain(output);
    return 0;
  }

  *system(command: string): Running<number> {
    yield* this.flush();
    const { proc } = this.tool;
    return shellStatus(yield* waitChild(proc, spawn(proc, ["sh", "-c", command])));
  }
}
