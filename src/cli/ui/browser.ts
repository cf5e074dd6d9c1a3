import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The desktop's own way to open an address, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["xdg-open"],
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/**
 * Opens the address in the person's browser. Other users can read command lines, so the address stands in none: the
 * browser is given a file that only we can read and that leads on. Says whether there was a browser; the file goes
 * when `over` is called.
 */
export function openBrowser(address: string): { opened: Promise<boolean>; over: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "packetwalk-"));
  const file = join(folder, "open.html");
  writeFileSync(
    file,
    `<!doctype html><meta name="referrer" content="no-referrer"><script>location.replace(${JSON.stringify(address)})</script>`,
    { mode: 0o600 },
  );
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const opened = new Promise<boolean>((resolve) => {
    const child = spawn(command, [...args, file], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
    // A browser that runs on as the command itself.
    setTimeout(() => resolve(true), 5000).unref();
    child.unref();
  });
  return { opened, over: () => rmSync(folder, { recursive: true, force: true }) };
}
