// npm run bench [-- NAME …]: every measured claim, beside the real thing.
import { runBundled } from "./bundle.mjs";
import { setUpPage } from "./setup.mjs";

const names = process.argv.slice(2);
if (names.length === 0 || names.includes("page")) await setUpPage();
await runBundled("bench/main.ts", ["--expose-gc"]);
