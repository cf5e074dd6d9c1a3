// npm run bench [-- NAME …]: every measured claim, beside the real thing.
import { runBundled } from "./bundle.mjs";

await runBundled("bench/main.ts", ["--expose-gc"]);
