/** Colours by meaning; plain output uses the identity for each. */
export interface Palette {
  packet(text: string): string;
  place(text: string): string;
  quiet(text: string): string;
  changed(text: string): string;
  died(text: string): string;
  good(text: string): string;
  command(text: string): string;
}

const same = (text: string): string => text;
export const PLAIN: Palette = {
  packet: same,
  place: same,
  quiet: same,
  changed: same,
  died: same,
  good: same,
  command: same,
};
