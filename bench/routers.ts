import { heading, labMachine, report } from "./measure.ts";

/** A chain of routers, built by a script of `ip` commands as people write them. */
export function routerChain(count: number): string {
  return `
for ((i = 0; i < ${count}; i++)); do
  ip netns add r$i
done
for ((i = 0; i + 1 < ${count}; i++)); do
  ip link add e$i netns r$i type veth peer name w$((i+1)) netns r$((i+1))
  ip -n r$i addr add 10.$((i/250)).$((i%250)).1/24 dev e$i
  ip -n r$((i+1)) addr add 10.$((i/250)).$((i%250)).2/24 dev w$((i+1))
  ip -n r$i link set e$i up
  ip -n r$((i+1)) link set w$((i+1)) up
  ip -n r$((i+1)) route add default via 10.$((i/250)).$((i%250)).1
done
`;
}

export function routers(): void {
  heading("A chain of 1,000 routers, built by a script (7,000 commands)");
  labMachine(routerChain(50));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const engine = labMachine(routerChain(1000));
  const took = performance.now() - start;
  globalThis.gc?.();
  const memory = (process.memoryUsage().heapUsed - before) / 1000;
  report("built in", `${took.toFixed(0)} ms`, "");
  report("memory a namespace", `${(memory / 1024).toFixed(1)} kB`, "");
  if (engine.machine.namespaceNamed("r999") === undefined) throw new Error("the lab is not whole");
}
