import { noteWork, WorkExhausted } from "../work.ts";
import { ASSERT, BACK, JUMP, LOOK, MATCH, PROGRESS, type Program, SAVE, SET, SPLIT } from "./program.ts";

/** Which of the matches at one place is wanted: Perl's first way, POSIX's longest, or the shortest. */
export type Preference = "first" | "longest" | "shortest";

export interface Mode {
  readonly prefer: Preference;
  readonly multiline: boolean;
  readonly unicode: boolean;
  readonly ignoreCase: boolean;
}

interface Budget {
  steps: number;
  memory: number;
}

/** Steps of one search: a second or two. Where it refers back to a group more would not help. */
const MAX_STEPS = 2 ** 26;
const MAX_STEPS_BACK = 2 ** 22;
/** Bytes of memory for the states that were visited. */
const MAX_VISITED = 2 ** 27;
/** Positions whose states share one piece of memory. */
const BLOCK = 256;

/**
 * Searches by going back and forth, but never twice into the same state (instruction and position): a state that
 * led nowhere once leads nowhere again. So time is linear in the text times the program. Where the program refers
 * back to a group that does not hold, and only the budget bounds it.
 */
export class Matcher {
  private readonly p: Program;
  private readonly text: string;
  private readonly mode: Mode;
  private readonly blocks: Uint8Array[] = [];
  private readonly blockBytes: number;
  private readonly stack: number[] = [];
  private readonly budget: Budget;
  /** The bounds of the whole and of the groups that were matched; −1 where a group took no part. */
  slots: Int32Array;

  constructor(p: Program, text: string, mode: Mode, budget?: Budget) {
    this.p = p;
    this.text = text;
    this.mode = mode;
    this.budget = budget ?? { steps: p.backs ? MAX_STEPS_BACK : MAX_STEPS, memory: MAX_VISITED };
    this.blockBytes = (BLOCK * p.op.length + 7) >> 3;
    this.slots = new Int32Array(p.slots).fill(-1);
  }

  /** The first match from `from` on; its bounds and groups in `slots`. `sticky`: at `from` alone. */
  search(from: number, sticky: boolean): boolean {
    const last = sticky ? from : this.text.length;
    return this.scan(from, last, 1) >= 0;
  }

  /** True when the state is new. */
  private visit(pc: number, at: number): boolean {
    const index = at >> 8;
    let block = this.blocks[index];
    if (block === undefined) {
      this.budget.memory -= this.blockBytes;
      if (this.budget.memory < 0) this.tooMuch();
      block = new Uint8Array(this.blockBytes);
      this.blocks[index] = block;
    }
    const bit = (at & (BLOCK - 1)) * this.p.op.length + pc;
    const mask = 1 << (bit & 7);
    if ((block[bit >> 3] & mask) !== 0) return false;
    block[bit >> 3] |= mask;
    return true;
  }

  private tooMuch(): never {
    throw new WorkExhausted(
      `a regular expression asks too much of a text of ${this.text.length} characters (nested repetitions, references back, or a very long line)`,
    );
  }

  /** The first place from which a match reaches the end of the text, or −1. */
  firstSuffix(): number {
    return this.scan(0, this.text.length, 1, this.text.length);
  }

  /** The last such place. */
  lastSuffix(): number {
    return this.scan(this.text.length, 0, -1, this.text.length);
  }

  private scan(from: number, to: number, step: 1 | -1, end = -1): number {
    const before = this.budget.steps;
    try {
      for (let start = from; step * (to - start) >= 0; start += step) if (this.from(start, end)) return start;
      return -1;
    } finally {
      noteWork(before - this.budget.steps);
    }
  }

  /** Matches at `start`; `end`: it must end there. */
  from(start: number, end = -1): boolean {
    const { p, text, stack } = this;
    const { op, x, y, sets } = p;
    const { prefer, unicode } = this.mode;
    const slots = this.slots.fill(-1);
    let best: Int32Array | null = null;
    stack.length = 0;
    let pc = 0;
    let at = start;
    for (;;) {
      if (--this.budget.steps < 0) this.tooMuch();
      let alive = true;
      switch (op[pc]) {
        case SET: {
          if (at >= text.length) alive = false;
          else {
            const code = unicode ? (text.codePointAt(at) as number) : text.charCodeAt(at);
            if (sets[x[pc]].has(code)) {
              at += code > 0xffff ? 2 : 1;
              pc++;
            } else alive = false;
          }
          break;
        }
        case SPLIT:
          if (!p.backs && !this.visit(pc, at)) alive = false;
          else {
            stack.push(y[pc], at);
            pc = x[pc];
          }
          break;
        case JUMP:
          pc = x[pc];
          break;
        case SAVE: {
          const slot = x[pc];
          stack.push(-1 - slot, slots[slot]);
          slots[slot] = at;
          pc++;
          break;
        }
        case PROGRESS:
          if (slots[x[pc]] === at) alive = false;
          else pc++;
          break;
        case ASSERT:
          if (this.asserts(x[pc], at)) pc++;
          else alive = false;
          break;
        case BACK: {
          const [a, b] = [slots[2 * x[pc]], slots[2 * x[pc] + 1]];
          if (a < 0 || b < 0) {
            // JavaScript lets a reference to a group that took no part match nothing; POSIX lets it fail.
            if (prefer === "longest") alive = false;
            else pc++;
            break;
          }
          if (this.same(a, b, at)) {
            this.budget.steps -= b - a;
            at += b - a;
            pc++;
          } else alive = false;
          break;
        }
        case LOOK:
          if (this.looks(x[pc], at)) pc++;
          else alive = false;
          break;
        default:
          if (op[pc] !== MATCH) throw new Error("no such instruction");
          if (end >= 0 && at !== end) {
            alive = false;
            break;
          }
          if (end >= 0 || prefer === "first" || (prefer === "longest" && at === text.length)) {
            slots[0] = start;
            slots[1] = at;
            return true;
          }
          if (best === null || (prefer === "longest" ? at > best[1] : at < best[1])) {
            best = slots.slice();
            best[0] = start;
            best[1] = at;
          }
          alive = false;
      }
      if (alive) continue;
      // Back to the last choice, undoing what was noted since.
      for (;;) {
        if (stack.length === 0) {
          if (best === null) return false;
          this.slots = best;
          return true;
        }
        const value = stack.pop() as number;
        const where = stack.pop() as number;
        if (where >= 0) {
          pc = where;
          at = value;
          break;
        }
        slots[-1 - where] = value;
      }
    }
  }

  private same(from: number, to: number, at: number): boolean {
    const { text } = this;
    if (!this.mode.ignoreCase) return text.startsWith(text.slice(from, to), at);
    return text.slice(from, to).toLowerCase() === text.slice(at, at + to - from).toLowerCase();
  }

  private asserts(what: number, at: number): boolean {
    const { text } = this;
    const { multiline } = this.mode;
    if (what === 0) return at === 0 || (multiline && text[at - 1] === "\n");
    if (what === 1) return at === text.length || (multiline && text[at] === "\n");
    return (isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at))) === (what === 2);
  }

  /** A look needs no more than yes or no; what it noted is not kept. */
  private looks(index: number, at: number): boolean {
    const { program, ahead, not } = this.p.looks[index];
    const inner = new Matcher(program, this.text, { ...this.mode, prefer: "first" }, this.budget);
    if (this.p.backs) inner.slots.set(this.slots);
    let holds = false;
    if (ahead) holds = inner.from(at);
    else for (let start = at; start >= 0 && !holds; start--) holds = inner.from(start, at);
    return holds !== not;
  }
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}
