import { wholeScript } from "../lab/file/script.ts";
import { CommandLineError } from "./command-line-error.ts";
import { readLabFile } from "./lab-file.ts";
import { isLabFile } from "./main-job.ts";
import { checkFile } from "./options.ts";
import { print } from "./out.ts";

/** `packetwalk script LAB.yaml`: the commands that build the lab, as a bash script for any Linux. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    const [file] = words;
    if (words.length !== 1 || file.startsWith("-"))
      throw new CommandLineError("script takes one lab file: packetwalk script LAB.yaml");
    checkFile(file);
    if (!isLabFile(file))
      throw new CommandLineError(`${file} is no lab file (.yaml, .yml, .json): a script needs no compiling.`);
    const { plan, name } = readLabFile(file);
    print("stdout", wholeScript(plan, name));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`packetwalk: ${error.message}\n`);
    return 2;
  }
}
