import { toJsonSchema } from "@valibot/to-json-schema";
import { labSchema } from "../lab/file/schema.ts";
import { WALK_VERSION, walkEventSchema } from "../walk/event.ts";
import { print } from "./out.ts";

/** Prints the JSON Schema of one line of an event file; `packetwalk schema lab`: of lab files. */
export async function main(words: readonly string[]): Promise<number> {
  if (words.length > 0 && (words.length > 1 || words[0] !== "lab")) {
    process.stderr.write("packetwalk: schema takes nothing, or the word lab.\n");
    return 2;
  }
  const lab = { title: "Packetwalk lab file", ...toJsonSchema(labSchema) };
  const walk = {
    title: `Packetwalk walk event, version ${WALK_VERSION}`,
    ...toJsonSchema(walkEventSchema),
  };
  const schema = words.length > 0 ? lab : walk;
  print("stdout", `${JSON.stringify(schema, null, 2)}\n`);
  return 0;
}
