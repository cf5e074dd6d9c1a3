/** Who asks alone waits for those who do: a promise that ends when the last one has its answer. */
let quiet: Promise<unknown> = Promise.resolve();

/**
 * The kernel's answer to a case. Cases are asked side by side, and on a busy machine a process may be late enough
 * for a lab's sleeps: an answer that is not the recorded one is asked for again, alone, twice at most. A kernel or a
 * tool that really answers otherwise does so each time, and its last answer is what the test shows.
 */
export async function patiently(ask: () => Promise<string>, recorded: string | undefined): Promise<string> {
  let answer = await ask();
  for (let again = 0; again < 2 && answer !== recorded; again++) {
    const turn = quiet.then(ask, ask);
    quiet = turn.catch(() => undefined);
    answer = await turn;
  }
  return answer;
}
