/** Signals that labs meet, with Linux x86 numbers. */
export const SIGNALS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
} as const;

export type Signal = keyof typeof SIGNALS;

/** A signal by number or by name, with or without SIG; undefined when there is none. */
export function signalByName(text: string): Signal | undefined {
  const names = Object.keys(SIGNALS) as Signal[];
  if (/^\d+$/.test(text)) return names.find((n) => SIGNALS[n] === Number(text));
  const name = text.toUpperCase().replace(/^SIG/, "");
  return names.find((n) => n === name);
}

/** Thrown inside a waiting program when a signal that it handles with "interrupt" arrives (EINTR). */
export class Interrupted extends Error {
  readonly signal: Signal;
  constructor(signal: Signal) {
    super(`interrupted by SIG${signal}`);
    this.signal = signal;
  }
}
