// npm run reference: writes docs/reference.md from the code.
import { runBundled } from "./bundle.mjs";

await runBundled("scripts/write-reference.ts");
