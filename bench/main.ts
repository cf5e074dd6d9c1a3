// Every speed that the README claims has its command here. Each figure stands beside the real thing's, measured
// in the same run, where this machine lets us ask the kernel (root, with the tools).
import { boot } from "./boot.ts";
import { chain } from "./chain.ts";
import { hop } from "./hop.ts";
import { netfilter } from "./netfilter.ts";
import { page } from "./page.ts";
import { restore } from "./restore.ts";
import { routers } from "./routers.ts";
import { start } from "./start.ts";

const BENCHES: Record<string, (options: readonly string[]) => void | Promise<void>> = {
  hop,
  chain,
  netfilter,
  restore,
  routers,
  start,
  boot,
  page,
};

// Words are benches; what begins with -- is for them.
const names = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const options = process.argv.slice(2).filter((word) => word.startsWith("--"));
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  if (!Object.hasOwn(BENCHES, name)) {
    console.error(`there is no bench "${name}"; there are: ${Object.keys(BENCHES).join(", ")}`);
    process.exit(2);
  }
  await BENCHES[name](options);
}
