import type { Ast } from "../parse.ts";

/** How dash reads a text of which bash made `script`. */
export interface Reading {
  /** What goes in where, so that a word that means something to bash only is an ordinary one. */
  readonly inserts: readonly { readonly at: number; readonly text: string }[];
  /** The first thing that dash's grammar refuses. */
  readonly fault: { readonly pos: number; readonly message: string } | undefined;
}

const PAREN = '"(" unexpected';

/**
 * dash has no [[, ((, function, select, time, &>, $'…' nor array elements: to it they are words, ( ( ) ), and & with
 * a redirection behind it. What its grammar cannot read at all (arrays, <<<, <( ), |&, for ((…))) is a syntax error.
 */
export function readAsDash(script: Ast.Script, text: string): Reading {
  const reader = new Reader(text);
  reader.all(script.commands);
  return { inserts: reader.inserts.sort((a, b) => a.at - b.at), fault: reader.fault };
}

/** The text with a reading's inserts; lines stay what they were. */
export function respell(text: string, inserts: Reading["inserts"]): string {
  let out = "";
  let from = 0;
  for (const { at, text: more } of inserts) {
    out += text.slice(from, at) + more;
    from = at;
  }
  return out + text.slice(from);
}

type Node = { readonly type: string; readonly pos: number; readonly end: number };

class Reader {
  readonly inserts: { at: number; text: string }[] = [];
  fault: { pos: number; message: string } | undefined;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  private plain(at: number, text = "\\"): void {
    this.inserts.push({ at, text });
  }

  private refuse(pos: number, message: string): void {
    if (this.fault === undefined || pos < this.fault.pos) this.fault = { pos, message };
  }

  all(nodes: readonly unknown[]): void {
    for (const node of nodes) this.visit(node);
  }

  private visit(value: unknown): void {
    if (Array.isArray(value)) {
      this.all(value);
      return;
    }
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    if (this.known(value as Node)) return;
    for (const part of Object.values(value)) this.visit(part);
  }

  /** What stands for itself; false when the look goes on to a node's parts. */
  private known(node: Node): boolean {
    switch (node.type) {
      case "Word":
        this.word(node as unknown as Ast.Word);
        return true;
      case "Command":
        this.command(node as unknown as Ast.Command);
        return true;
      case "Function":
        this.definition(node as unknown as Ast.Function);
        return true;
      case "Assignment":
        this.visit((node as unknown as Ast.Assignment).value);
        return true;
      case "For":
        if (!/^[A-Za-z_]\w*$/.test((node as unknown as Ast.For).name.text))
          this.refuse(node.pos, "Bad for loop variable");
        return false;
      case "HereDoc":
        return true;
      case "ArrayValue":
        this.refuse(node.pos, PAREN);
        return true;
      case "HereString":
        this.refuse(node.pos, "redirection unexpected");
        return true;
      case "ArithmeticFor":
        this.refuse(node.pos, "Bad for loop variable");
        return true;
      case "TestCommand":
      case "Select":
      case "Coproc":
      case "Time":
        this.plain(node.pos);
        return true;
      case "ArithmeticCommand":
        this.plain(node.pos + 1, " ");
        this.plain(node.end - 1, " ");
        return true;
      case "Redirect":
        if (/^&>/.test((node as unknown as Ast.Redirect).operator)) this.plain(node.pos + 1, " ");
        return false;
      case "Pipeline":
        this.pipeline(node as unknown as Ast.Pipeline);
        return false;
      case "CaseItem": {
        const { terminator } = node as unknown as Ast.CaseItem;
        if (terminator === ";;&") this.refuse(node.end, 'word unexpected (expecting ")")');
        if (terminator === ";&") this.refuse(node.end, '"&" unexpected');
        return false;
      }
      default:
        return false;
    }
  }

  private pipeline({ commands, operators }: Ast.Pipeline): void {
    operators.forEach((op, i) => {
      if (op === "|&") this.refuse(this.text.indexOf("|&", commands[i].end), '"&" unexpected');
    });
  }

  private word(word: Ast.Word): void {
    for (const part of word.parts ?? []) {
      if (part.type === "AnsiCQuoted" || part.type === "LocaleString") this.plain(part.pos);
      else if (part.type === "ProcessSubstitution" || part.type === "ExtendedGlob")
        this.refuse(part.pos, PAREN);
    }
  }

  private command(command: Ast.Command): void {
    for (const item of command.prefix) {
      if (item.type === "Assignment" && item.value.type !== "ArrayValue" && (item.index || item.append))
        this.plain(item.pos + item.name.length);
    }
    this.all(command.prefix);
    if (command.name) this.visit(command.name);
    this.all(command.suffix);
  }

  private definition(node: Ast.Function): void {
    if (/^function\s/.test(this.text.slice(node.pos, node.name.pos))) {
      if (this.text.slice(node.name.end, node.body.pos).includes("(")) this.refuse(node.name.end, PAREN);
      else this.plain(node.pos);
      return;
    }
    if (!/^[A-Za-z_]\w*$/.test(node.name.text)) this.refuse(node.pos, "Bad function name");
    this.visit(node.body);
  }
}
