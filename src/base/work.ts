/**
 * Work that a program does inside one step, where its process cannot be asked: whoever does it notes it here, and
 * the machine charges it to the process when the step ends.
 */
let done = 0;

export function noteWork(amount: number): void {
  done += amount;
}

/** What was noted since it was last taken. */
export function takeWork(): number {
  const amount = done;
  done = 0;
  return amount;
}

/** Thrown where one piece of work goes beyond any sense: the process ends, and the run says what it was. */
export class WorkExhausted extends Error {}
