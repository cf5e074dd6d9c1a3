/**
 * An error that ends the command that it happens in: an expansion or assignment that cannot be. The message
 * is printed as "FILE: line N: message". `fatal` ends a shell that is not interactive (unset parameters
 * under set -u, ${x:?}); others give the command status 1.
 */
export class Fault extends Error {
  readonly fatal: boolean;
  readonly status: number;
  constructor(message: string, fatal = false, status = 1) {
    super(message);
    this.fatal = fatal;
    this.status = status;
  }
}

/** A Fault that only its command fails by: a redirection, an assignment before a command. */
export class CommandFault extends Fault {}

/** An expansion failed and was told of: the rest of the line it stands on is not run. */
export class Discard extends Error {
  readonly status: number;
  constructor(status: number) {
    super("discard");
    this.status = status;
  }
}

/** `exit`, errexit, and everything else that ends the shell process. */
export class ShellExit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Thrown out of an expansion that needs a substitution's output; the driver runs it and expands again. */
export class NeedSubstitution extends Error {
  readonly part: object;
  constructor(part: object) {
    super("substitution");
    this.part = part;
  }
}
