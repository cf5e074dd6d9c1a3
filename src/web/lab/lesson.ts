/** A lesson's parts, as its Markdown file has them. */
export type Part =
  | { readonly kind: "text"; readonly markdown: string }
  /** A command to run, and in which box's terminal. */
  | { readonly kind: "command"; readonly ns: string; readonly command: string }
  /** What must be true of the lab when the step is done. */
  | {
      readonly kind: "check";
      readonly ns: string;
      readonly command: string;
      readonly expect: RegExp;
      readonly said: string;
    };

export interface Step {
  readonly title: string;
  readonly parts: readonly Part[];
}

export interface Lesson {
  readonly title: string;
  readonly intro: string;
  readonly steps: readonly Step[];
}

/** A lesson that cannot be read: the line, and what is wrong there. */
export class LessonFault extends Error {}

/**
 * Reads a lesson. Its title is the first heading, each "##" begins a step; a fenced block "sh BOX" is a command for
 * that box's terminal, a fenced block "check BOX" looks at the lab: a command that only looks, then lines
 * "expect: REGULAR EXPRESSION" and "say: what it means".
 */
export function readLesson(markdown: string): Lesson {
  const lines = markdown.split("\n");
  let title = "";
  let intro = "";
  const steps: { title: string; parts: Part[] }[] = [];
  let text: string[] = [];
  const flush = (): void => {
    const said = text.join("\n").trim();
    text = [];
    if (said === "") return;
    const step = steps.at(-1);
    if (step) step.parts.push({ kind: "text", markdown: said });
    else intro = said;
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const fence = /^```(sh|check)(?:\s+(\S+))?\s*$/.exec(line);
    if (line.startsWith("# ") && title === "") {
      title = line.slice(2).trim();
    } else if (line.startsWith("## ")) {
      flush();
      steps.push({ title: line.slice(3).trim(), parts: [] });
    } else if (fence) {
      flush();
      const body: string[] = [];
      const start = i + 1;
      for (i++; i < lines.length && !lines[i].startsWith("```"); i++) body.push(lines[i]);
      if (i >= lines.length) throw new LessonFault(`line ${start}: the block that begins here has no end`);
      const step = steps.at(-1);
      if (!step) throw new LessonFault(`line ${start}: a command or check stands before the first "##" step`);
      step.parts.push(part(fence[1], fence[2] ?? "host", body, start));
    } else text.push(line);
  }
  flush();
  return { title: title || "Lesson", intro, steps };
}

function part(kind: string, ns: string, body: readonly string[], line: number): Part {
  if (kind === "sh")
    return {
      kind: "command",
      ns,
      command: body
        .join(" ")
        .replace(/\s*\\\s+/g, " ")
        .trim(),
    };
  const find = (key: string) => body.find((l) => l.startsWith(`${key}: `))?.slice(key.length + 2);
  const command = body.find((l) => l.trim() !== "" && !/^(expect|say): /.test(l));
  const expect = find("expect");
  if (!command || expect === undefined)
    throw new LessonFault(`line ${line}: a check needs a command and a line "expect: …"`);
  try {
    return {
      kind: "check",
      ns,
      command: command.trim(),
      expect: new RegExp(expect, "m"),
      said: find("say") ?? "",
    };
  } catch {
    throw new LessonFault(`line ${line}: "${expect}" is no regular expression`);
  }
}
