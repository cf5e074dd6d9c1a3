import type { Plugin } from "vite";

/** The page's own code is asked for with its first module, not after that has run. */
export function preload(): Plugin {
  return {
    name: "packetwalk-preload",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === "chunk");
        const main = chunks.find((chunk) => chunk.facadeModuleId?.endsWith("/main.tsx"));
        if (!main) throw new Error("the page's main module is not a chunk of its own");
        const known = new Set(chunks.find((chunk) => chunk.isEntry)?.imports);
        return [main.fileName, ...main.imports.filter((name) => !known.has(name))]
          .filter((name) => !chunks.find((chunk) => chunk.fileName === name)?.isEntry)
          .map((name) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `./${name}` },
            injectTo: "head" as const,
          }));
      },
    },
  };
}
