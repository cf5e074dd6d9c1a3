/** A mistake on the command line: one line for the person, exit status 2. */
export class CommandLineError extends Error {}
