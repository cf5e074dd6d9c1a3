import { toJsonSchema } from "@valibot/to-json-schema";
import { WALK_VERSION, walkEventSchema } from "../walk/event.ts";

/** Prints the JSON Schema of one line of an event file. */
export async function main(): Promise<number> {
  const schema = {
    title: `Packetwalk walk event, version ${WALK_VERSION}`,
    ...toJsonSchema(walkEventSchema),
  };
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
  return 0;
}
