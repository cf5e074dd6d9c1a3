import * as v from "valibot";
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { nearest } from "./nearest.ts";
import { type LabFile, labSchema } from "./schema.ts";

/** The way to a part of the file: ["hosts", "ann", "devices", "eth0"]. */
export type Path = readonly (string | number)[];

/** One thing wrong with a lab file, for a person. */
export interface LabProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What is wrong and what to do about it: one line. */
  readonly text: string;
}

/** A lab file cannot be used. `message` has one line a problem: "lab.yaml:3:5: …". */
export class LabFileError extends Error {
  readonly problems: readonly LabProblem[];
  constructor(file: string, problems: readonly LabProblem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    super(sorted.map((p) => `${file}:${p.line}:${p.column}: ${p.text}`).join("\n"));
    this.problems = sorted;
  }
}

/** Where in the text a part of the file stands. */
export interface Places {
  /** `key`: of the part's key rather than of its value. A part that is not there: what holds it. */
  at(path: Path, key?: boolean): { line: number; column: number };
  /** The line of the first line of a text: of a block (`|`) the one below its sign. */
  firstLine(path: Path): number;
}

/** Reads the shape of a lab file, YAML or JSON. Throws LabFileError. */
export function readShape(text: string, file: string): { lab: LabFile; places: Places } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((e) => ({
      // Behind an empty value it points at the value's end, not at the name.
      ...place(e.code === "DUPLICATE_KEY" ? text.slice(e.pos[0]).search(/\S/) + e.pos[0] : e.pos[0]),
      text: inWords(e.code, e.message),
    }));
    throw new LabFileError(file, problems);
  }
  if (document.contents !== null && !isMap(document.contents)) {
    const text = "a lab file is a map: hosts:, routers:, switches:, links:, run:.";
    throw new LabFileError(file, [{ ...place(document.contents.range?.[0] ?? 0), text }]);
  }
  const find = (path: Path, key: boolean): Node | undefined => {
    for (let length = path.length; length >= 0; length--) {
      const parent = document.getIn(path.slice(0, length - 1), true);
      if (key && length === path.length && isMap(parent)) {
        const pair = parent.items.find(
          (p) => isScalar(p.key) && String(p.key.value) === String(path[length - 1]),
        );
        if (pair) return pair.key as Node;
      }
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (node) return node as Node;
    }
    return undefined;
  };
  const places: Places = {
    at: (path, key = false) => place(find(path, key)?.range?.[0] ?? 0),
    firstLine: (path) => {
      const node = find(path, false);
      const block = isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
      return place(node?.range?.[0] ?? 0).line + (block ? 1 : 0);
    },
  };
  const result = v.safeParse(labSchema, document.toJS() ?? {});
  if (result.success) return { lab: result.output, places };
  const problems = result.issues
    .flatMap((issue) => mistakes(issue))
    .map((mistake) => problem(mistake, places));
  throw new LabFileError(file, problems);
}

type Issue = v.InferIssue<typeof labSchema>;

/** What YAML's own errors mean. */
function inWords(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this name is here twice; keep one.";
  return `this is no YAML: ${message[0].toLowerCase()}${message.slice(1).replace(/\.?$/, ".")}`;
}

interface Mistake {
  readonly issue: Issue;
  readonly path: readonly v.IssuePathItem[];
}

/** Of a choice, the mistakes in the form that was meant: the one whose outside fits. */
function mistakes(issue: Issue, above: readonly v.IssuePathItem[] = []): Mistake[] {
  const path = [...above, ...((issue.path as v.IssuePathItem[] | undefined) ?? [])];
  const inner = (issue.issues as Issue[] | undefined)?.filter((i) => i.path !== undefined) ?? [];
  return inner.length > 0 ? inner.flatMap((i) => mistakes(i, path)) : [{ issue, path }];
}

function problem({ issue, path }: Mistake, places: Places): LabProblem {
  const keys = path.map((item) => item.key as string | number);
  const where = keys.join(".");
  const last = path.at(-1);
  // strictObject: a key that is not known.
  if (issue.expected === "never" && last?.type === "array") {
    return { ...places.at(keys), text: `${keys.slice(0, -1).join(".")} takes two ends; this is one more.` };
  }
  if (issue.expected === "never" && last) {
    const known = knownKeys(keys.slice(0, -1));
    const near = nearest(String(last.key), known);
    const cure = near === undefined ? `It may have ${known.join(", ")}` : `Did you mean "${near}"`;
    const holder = keys.length === 1 ? "a lab" : keys.slice(0, -1).join(".");
    return {
      ...places.at(keys, true),
      text: `${holder} has no "${last.key}". ${cure}${near === undefined ? "." : "?"}`,
    };
  }
  if (last?.origin === "key" && issue.received === "undefined") {
    return { ...places.at(keys), text: `${keys.slice(0, -1).join(".")} needs "${last.key}".` };
  }
  if (last?.origin === "key") {
    return { ...places.at(keys, true), text: `"${last.key}" ${issue.message}.` };
  }
  const message = /^Invalid /.test(issue.message) ? `takes ${article(issue.expected)}` : issue.message;
  return { ...places.at(keys), text: `${where} ${message}${given(issue.input)}.` };
}

const article = (expected: string | null) =>
  expected === "Object" ? "a map of names" : (expected ?? "something else");

function given(input: unknown): string {
  if (input === null || input === undefined) return "; here is nothing";
  if (typeof input === "object") return Array.isArray(input) ? "; here is a list" : "; here is a map";
  return `, not "${String(input)}"`;
}

/** The keys that the schema knows at a path. */
function knownKeys(path: Path): string[] {
  if (path.length === 0) return Object.keys(labSchema.entries);
  if (path.length === 2) return ["devices", "routes", "rules", "sysctls", "iptables", "services"];
  return path.includes("services") ? ["run", "listens"] : ["addresses", "mac", "mtu", "up", "bridge"];
}
