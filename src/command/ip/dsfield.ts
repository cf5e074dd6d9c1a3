/** Names of DS fields as /etc/iproute2/rt_dsfield has them. */
const NAMES = new Map([
  [0x00, "default"],
  [0x28, "AF11"],
  [0x30, "AF12"],
  [0x38, "AF13"],
  [0x48, "AF21"],
  [0x50, "AF22"],
  [0x58, "AF23"],
  [0x68, "AF31"],
  [0x70, "AF32"],
  [0x78, "AF33"],
  [0x88, "AF41"],
  [0x90, "AF42"],
  [0x98, "AF43"],
  [0x20, "CS1"],
  [0x40, "CS2"],
  [0x60, "CS3"],
  [0x80, "CS4"],
  [0xa0, "CS5"],
  [0xc0, "CS6"],
  [0xe0, "CS7"],
  [0xb8, "EF"],
]);

export function formatTos(tos: number, numeric = false): string {
  const name = numeric ? undefined : NAMES.get(tos);
  return name ?? `0x${tos.toString(16).padStart(2, "0")}`;
}

/** rtnl_dsfield_a2n: a name, or a number in hexadecimal. */
export function parseTos(text: string): number | undefined {
  for (const [value, name] of NAMES) if (name === text) return value;
  return /^(0[xX])?0*[0-9a-fA-F]{1,2}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}
