const NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type Name = keyof typeof NUMBERS;

/** Real milliseconds that a script has to end after a signal. */
const GRACE = 2000;

/**
 * Ctrl-C and `kill` during a run go to the script, which ends as it would under bash, so that events and captures
 * are complete. A script that does not end is left: at the second signal, or two seconds after the first.
 */
export class Signals {
  /** 128 + the signal that ended the run. */
  status: number | undefined;
  private left = false;
  private timer: NodeJS.Timeout | undefined;
  private send: (name: string) => void = () => {};
  private readonly heard = (name: Name) => {
    if (this.status !== undefined) this.left = true;
    this.status = 128 + NUMBERS[name];
    this.timer ??= setTimeout(() => {
      this.left = true;
    }, GRACE);
    this.send(name.slice(3));
  };

  take(send: (name: string) => void): void {
    this.send = send;
    for (const name of Object.keys(NUMBERS) as Name[]) process.on(name, this.heard);
  }

  /** Lets signals in. False: the run is to be left. */
  async pause(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return !this.left;
  }

  close(): void {
    clearTimeout(this.timer);
    for (const name of Object.keys(NUMBERS) as Name[]) process.off(name, this.heard);
  }
}
