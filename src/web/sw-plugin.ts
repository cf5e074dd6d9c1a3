import type { Plugin } from "vite";

/** Writes sw.js: the page's own files are kept at the first visit, and later visits need no network. */
export function offline(): Plugin {
  return {
    name: "packetwalk-offline",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const files = Object.keys(bundle).filter((name) => !name.endsWith(".map"));
        if (!files.includes("index.html")) files.push("index.html");
        let version = 0;
        for (const letter of files.join()) version = (Math.imul(version, 31) + letter.charCodeAt(0)) >>> 0;
        this.emitFile({ type: "asset", fileName: "sw.js", source: worker(files, version.toString(36)) });
      },
    },
  };
}

const worker = (files: readonly string[], version: string): string => `
const NAME = "packetwalk-${version}";
const FILES = ${JSON.stringify(["./", ...files.map((f) => `./${f}`)])};
self.addEventListener("install", (e) => e.waitUntil(
  caches.open(NAME).then((c) => c.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener("activate", (e) => e.waitUntil(
  caches.keys().then((all) => Promise.all(all.filter((k) => k.startsWith("packetwalk-") && k !== NAME).map((k) => caches.delete(k))))
    .then(() => self.clients.claim())));
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || url.pathname.endsWith("/lab.json")) return;
  // The page itself comes from the network where there is one, so that a new version is seen; its files never change.
  const page = e.request.mode === "navigate";
  const kept = () => caches.match(page ? "./" : e.request);
  e.respondWith(page ? fetch(e.request).catch(kept) : kept().then((r) => r ?? fetch(e.request)));
});
`;
