import { deflateSync, inflateSync, strFromU8, strToU8 } from "fflate";
import { isLab } from "./keep.ts";
import type { Lab } from "./lab.ts";

/** How an address that holds a lab goes on after the page's own. */
export const LINK = "#lab=";
/** A link that unpacks to more than this is no lab. */
const MOST = 4_000_000;

/** An address that holds the whole lab; nothing is kept anywhere else. */
export function shareLink(lab: Lab, page: string): string {
  const packed = deflateSync(strToU8(JSON.stringify([1, lab.name, lab.main, lab.files])), { level: 9 });
  const letters = btoa(String.fromCharCode(...packed));
  return `${page.replace(/#.*$/, "")}${LINK}${letters.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/** The lab in an address; null where it has none; an error says what is wrong with the link. */
export function labInLink(hash: string): Lab | null {
  if (!hash.startsWith(LINK)) return null;
  try {
    const letters = atob(hash.slice(LINK.length).replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(letters, (c) => c.charCodeAt(0));
    const out = inflateSync(bytes, { out: new Uint8Array(MOST) });
    const [version, name, main, files] = JSON.parse(strFromU8(out)) as unknown[];
    const lab = { name, main, files };
    if (version === 1 && isLab(lab)) return lab;
  } catch {
    // What is wrong with it matters to nobody: it was cut short or altered.
  }
  throw new Error("the link is broken: it was cut short or altered. Ask for it again.");
}
