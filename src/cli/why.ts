import { getSystemErrorMap } from "node:util";

/** A system error in words, without the call and the path that Node puts round them. */
export function why(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return `${getSystemErrorMap().get(errno ?? 0)?.[1] ?? message}.`;
}
