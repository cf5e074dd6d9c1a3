const SUFFIXES: Readonly<Record<string, number>> = {
  "": 1,
  b: 512,
  k: 1024,
  K: 1024,
  kB: 1000,
  KB: 1000,
  KiB: 1024,
  M: 1 << 20,
  MB: 1e6,
  MiB: 1 << 20,
  G: 1 << 30,
  GB: 1e9,
  GiB: 1 << 30,
};

/** coreutils' sizes: a decimal with an optional multiplier suffix. Undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  const m = /^(\d+)([A-Za-z]*)$/.exec(text);
  if (!m || SUFFIXES[m[2]] === undefined) return undefined;
  return Number(m[1]) * SUFFIXES[m[2]];
}

/** A duration of sleep and timeout in ns: a number with s, m, h or d; "infinity". */
export function parseDuration(text: string): number | undefined {
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  const m = /^\+?(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)([smhd]?)$/.exec(text);
  if (!m) return undefined;
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: 86400 }[m[2]] as number;
  return Math.round(Number(m[1]) * unit * 1e9);
}
