import type { Family } from "./inet.ts";

const FAMILIES: Record<string, Family> = {
  inet: "inet",
  inet6: "inet6",
  link: "link",
  mpls: "mpls",
  bridge: "bridge",
};

/** read_family: "" for a word that names none. */
export function readFamily(name: string): Family {
  return FAMILIES[name] ?? "";
}
