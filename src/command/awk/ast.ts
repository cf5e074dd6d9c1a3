/** An awk program as a tree. */
export type Expr =
  | { readonly k: "number"; readonly value: number }
  | { readonly k: "string"; readonly value: string }
  | { readonly k: "regex"; readonly source: string }
  | { readonly k: "var"; readonly name: string }
  | { readonly k: "index"; readonly name: string; readonly keys: readonly Expr[] }
  | { readonly k: "field"; readonly of: Expr }
  | { readonly k: "assign"; readonly op: string; readonly to: Expr; readonly value: Expr }
  | { readonly k: "cond"; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly k: "binary"; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly k: "unary"; readonly op: string; readonly of: Expr }
  | { readonly k: "step"; readonly op: "++" | "--"; readonly prefix: boolean; readonly of: Expr }
  | { readonly k: "in"; readonly keys: readonly Expr[]; readonly name: string }
  | { readonly k: "group"; readonly of: Expr }
  | { readonly k: "call"; readonly name: string; readonly args: readonly Expr[]; readonly line: number }
  | { readonly k: "builtin"; readonly name: string; readonly args: readonly Expr[]; readonly line: number }
  | {
      readonly k: "getline";
      readonly from: "main" | "file" | "command";
      readonly source: Expr | null;
      readonly to: Expr | null;
    };

export type Stmt =
  | { readonly k: "expr"; readonly of: Expr }
  | {
      readonly k: "print";
      readonly args: readonly Expr[];
      readonly formatted: boolean;
      readonly redirect: string;
      readonly to: Expr | null;
    }
  | { readonly k: "block"; readonly body: readonly Stmt[] }
  | { readonly k: "if"; readonly test: Expr; readonly yes: Stmt; readonly no: Stmt | null }
  | { readonly k: "while"; readonly test: Expr; readonly body: Stmt }
  | { readonly k: "do"; readonly test: Expr; readonly body: Stmt }
  | {
      readonly k: "for";
      readonly first: Stmt | null;
      readonly test: Expr | null;
      readonly step: Stmt | null;
      readonly body: Stmt;
    }
  | { readonly k: "forin"; readonly name: string; readonly array: string; readonly body: Stmt }
  | { readonly k: "delete"; readonly name: string; readonly keys: readonly Expr[] | null }
  | { readonly k: "next" | "nextfile" | "break" | "continue" }
  | { readonly k: "exit" | "return"; readonly value: Expr | null };

export interface Rule {
  readonly kind: "BEGIN" | "END" | "pattern" | "range";
  readonly pattern: Expr | null;
  readonly end: Expr | null;
  /** Null prints the record. */
  readonly body: Stmt | null;
}

export interface AwkFunction {
  readonly name: string;
  readonly params: readonly string[];
  readonly body: Stmt;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}
