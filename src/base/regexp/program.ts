import { WorkExhausted } from "../work.ts";
import type { Node, Tree } from "./parse.ts";

/** Instructions, as numbers: `op`, and its two operands. */
export const SET = 0;
/** Go on at x; when that fails, at y. */
export const SPLIT = 1;
export const JUMP = 2;
/** Note the position in slot x. */
export const SAVE = 3;
export const ASSERT = 4;
export const BACK = 5;
/** The looks[x] program must (not) match here; go on at y. */
export const LOOK = 6;
/** An iteration that began at the position in slot x and got nowhere is none. */
export const PROGRESS = 7;
export const MATCH = 8;

export const ASSERTIONS = ["^", "$", "b", "B"] as const;

export interface Look {
  readonly program: Program;
  readonly ahead: boolean;
  readonly not: boolean;
}

export interface Program {
  readonly op: number[];
  readonly x: number[];
  readonly y: number[];
  readonly sets: CharacterSet[];
  readonly looks: Look[];
  /** Two for each group (0: the whole), then one for each loop that may go round without moving. */
  slots: number;
  /** It refers back to a group, so what a state leads to depends on how it was reached. */
  backs: boolean;
}

/** One character's test, as the host judges it; remembered for those below 256. */
export class CharacterSet {
  private readonly known = new Int8Array(256);
  private readonly regexp: RegExp;

  constructor(source: string, flags: string) {
    this.regexp = new RegExp(`^(?:${source})$`, flags);
  }

  has(code: number): boolean {
    if (code < 256) {
      const known = this.known[code];
      if (known !== 0) return known > 0;
      const holds = this.regexp.test(String.fromCharCode(code));
      this.known[code] = holds ? 1 : -1;
      return holds;
    }
    return this.regexp.test(String.fromCodePoint(code));
  }
}

/** Counted repetitions are written out, so a program may get long: glibc's "Regular expression too big". */
const MAX_PROGRAM = 100_000;

export function compile(tree: Tree, flags: string): Program {
  const setFlags = flags.replace(/[gmyd]/g, "");
  const shared = new Map<string, number>();
  const sets: CharacterSet[] = [];
  let slots = 2 * (tree.groups + 1);
  let backs = false;
  const looks: Look[] = [];

  const make = (root: Node): Program => {
    const op: number[] = [];
    const x: number[] = [];
    const y: number[] = [];
    const emit = (o: number, a = 0, b = 0): number => {
      if (op.length >= MAX_PROGRAM)
        throw new WorkExhausted("a regular expression is too big when its {…} are written out");
      op.push(o);
      x.push(a);
      y.push(b);
      return op.length - 1;
    };
    const visit = (node: Node): void => {
      switch (node.kind) {
        case "set": {
          let index = shared.get(node.source);
          if (index === undefined) {
            index = sets.push(new CharacterSet(node.source, setFlags)) - 1;
            shared.set(node.source, index);
          }
          emit(SET, index);
          return;
        }
        case "sequence":
          for (const item of node.items) visit(item);
          return;
        case "group":
          emit(SAVE, 2 * node.index);
          visit(node.node);
          emit(SAVE, 2 * node.index + 1);
          return;
        case "assert":
          emit(ASSERT, ASSERTIONS.indexOf(node.what));
          return;
        case "back":
          backs = true;
          emit(BACK, node.index);
          return;
        case "look":
          emit(LOOK, looks.push({ program: make(node.node), ahead: node.ahead, not: node.not }) - 1);
          return;
        case "choice": {
          const ends: number[] = [];
          node.options.forEach((option, i) => {
            if (i === node.options.length - 1) {
              visit(option);
              return;
            }
            const split = emit(SPLIT);
            x[split] = split + 1;
            visit(option);
            ends.push(emit(JUMP));
            y[split] = op.length;
          });
          for (const end of ends) x[end] = op.length;
          return;
        }
        case "repeat": {
          for (let i = 0; i < node.min; i++) visit(node.node);
          const branch = (): number => emit(SPLIT);
          const aim = (split: number, into: number, past: number) => {
            x[split] = node.greedy ? into : past;
            y[split] = node.greedy ? past : into;
          };
          if (node.max === Number.POSITIVE_INFINITY) {
            const split = branch();
            const slot = slots++;
            emit(SAVE, slot);
            visit(node.node);
            emit(PROGRESS, slot);
            emit(JUMP, split);
            aim(split, split + 1, op.length);
          } else {
            const splits: number[] = [];
            for (let i = node.min; i < node.max; i++) {
              splits.push(branch());
              visit(node.node);
            }
            for (const split of splits) aim(split, split + 1, op.length);
          }
          return;
        }
      }
    };
    visit(root);
    emit(MATCH);
    return { op, x, y, sets, looks, slots: 0, backs: false };
  };

  const program = make(tree.node);
  for (const p of [program, ...looks.map((l) => l.program)]) {
    p.slots = slots;
    p.backs = backs;
  }
  return program;
}
