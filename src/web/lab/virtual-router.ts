import type { Lab } from "./lab.ts";

const texts = import.meta.glob<string>(["../../../examples/virtual-router/**/*", "!**/README.md"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The lab that the page opens with. */
export const VIRTUAL_ROUTER: Lab = {
  name: "virtual router",
  files: Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path.slice(path.indexOf("virtual-router/") + 15), text]),
  ),
  main: "setup.sh",
};
