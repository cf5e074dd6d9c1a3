// npm run conform -- [--cases N] [--seed S] [--minutes M] [--jobs J]: generated labs on both engines.
import { runBundled } from "./bundle.mjs";

await runBundled("test/conformance/generate/conform.ts");
