import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bench } from "../src/command/iptables/testing.ts";

// Published firewall dumps, loaded and saved again: NAME.rules goes in, NAME.saved is what the real iptables-save
// printed. They live outside the project (PACKETWALK_RULESETS).
const folder =
  process.env.PACKETWALK_RULESETS ?? fileURLToPath(new URL("../../shared/rulesets", import.meta.url));

/** Rulesets that need an extension that is not modelled: the error names it. */
const NOT_MODELLED: Readonly<Record<string, string>> = {
  "firewalld-fedora27": "CT: --helper is not modelled",
  "istio-sidecar": "Couldn't load target `TPROXY':it is not modelled",
  "shorewall-2014": "CT: --helper is not modelled",
};

if (!existsSync(folder))
  describe.skip(`rulesets: set PACKETWALK_RULESETS to a folder of .rules and .saved`, () => {});
else
  describe("rulesets", () => {
    for (const file of readdirSync(folder).filter((name) => /^[^.]+\.rules$/.test(name))) {
      const name = file.replace(".rules", "");
      it(name, () => {
        const { restore, run } = bench();
        const { status, err } = restore(readFileSync(`${folder}/${file}`, "utf8"));
        const missing = NOT_MODELLED[name];
        if (missing !== undefined) {
          expect(err).toContain(missing);
          return;
        }
        expect([status, err]).toEqual([0, ""]);
        const saved = run("iptables-save").out.replace(/^#.*\n/gm, "");
        expect(saved).toBe(readFileSync(`${folder}/${name}.saved`, "utf8"));
      });
    }
  });
