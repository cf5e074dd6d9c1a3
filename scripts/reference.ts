import { toJsonSchema } from "@valibot/to-json-schema";
import { COMMANDS } from "../src/command/registry.ts";
import { extensions as allExtensions } from "../src/netfilter/registry.ts";
import { BASH } from "../src/shell/command.ts";
import { WALK_VERSION, walkEventSchema } from "../src/walk/event.ts";

/** docs/reference.md, made from the code: what is simulated, and the fields of walk events. */
export function reference(): string {
  return `# Reference

Made from the code by \`npm run reference\`; a test holds it to the code.

## Commands

${table(
  ["command", "what it does"],
  [BASH, ...COMMANDS].map((c) => [c.names.map((n) => `\`${n}\``).join(", "), c.summary]),
)}

What is not in this list is not simulated: the shell says \`command not found\`, exit status 127.

## iptables: matches

${extensions("match")}

## iptables: targets

\`ACCEPT\`, \`DROP\` and \`RETURN\`, and:

${extensions("target")}

## Walk events, version ${WALK_VERSION}

One JSON object a line (\`--events FILE\`). Each has \`seq\` (order in the run), \`time\` (ns since the machine booted), \`ns\` (network
namespace, the initial one is \`host\`) and \`kind\`; and by kind:

${events()}

\`packetwalk schema\` prints the JSON Schema; the TypeScript type is \`WalkEvent\`.
`;
}

function extensions(kind: "match" | "target"): string {
  const rows = allExtensions()
    .filter((e) => e.kind === kind)
    .map((e) => [
      `\`${e.name}\``,
      e.options.map((o) => `\`--${o.name}\``).join(" "),
      (e.tables ?? []).join(", "),
    ]);
  return table([kind, "options", "tables"], rows);
}

interface ObjectSchema {
  properties: Record<string, { const?: string; type?: string; enum?: unknown[]; items?: { type?: string } }>;
  required?: string[];
}

function events(): string {
  const { anyOf, oneOf } = toJsonSchema(walkEventSchema) as {
    anyOf?: ObjectSchema[];
    oneOf?: ObjectSchema[];
  };
  const common = new Set(["seq", "time", "ns", "kind"]);
  const rows = (oneOf ?? anyOf ?? []).map((schema) => {
    const fields = Object.keys(schema.properties)
      .filter((name) => !common.has(name))
      .map((name) => `\`${name}\`${schema.required?.includes(name) ? "" : "?"}`);
    return [`\`${schema.properties.kind.const}\``, fields.join(", ")];
  });
  return table(["kind", "fields (? may be absent)"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((c) => c.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
