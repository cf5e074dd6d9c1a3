import { dotted, network, type Prefix, parseAddress, parsePrefix, within } from "./inet.ts";
import type { Box, Problems } from "./lab.ts";
import { nearest } from "./nearest.ts";

/** Kinds of route that lead nowhere, and need neither gateway nor device. */
const ENDS = ["blackhole", "unreachable", "prohibit", "throw"];
const TYPES = [...ENDS, "unicast", "local", "broadcast", "multicast"];

/** What `ip route add` would refuse, said at its place in the file: form, devices, gateways that nothing reaches. */
export function checkRoutes(box: Box, problems: Problems): void {
  // What is on a link: the devices' own networks, and routes without a gateway that stand before.
  const onLink: Prefix[] = [...box.devices.values()].flatMap((d) =>
    d.options.up === false ? [] : d.addresses.map((a) => a.prefix),
  );
  for (const [i, text] of (box.file.routes ?? []).entries()) {
    const say = (what: string) => problems.add([...box.path, "routes", i], `route "${text}": ${what}`);
    const words = text.split(/ +/);
    if (words[0] === "add" || words[0] === "ip") {
      say("write what follows `ip route add`, such as default via 10.0.0.1.");
      continue;
    }
    const type = TYPES.includes(words[0]) ? (words.shift() as string) : "unicast";
    const to = words.shift();
    const target = to === undefined ? undefined : destination(to);
    if (!target) {
      say(`"${to ?? ""}" is no destination: default, or a network such as 10.2.0.0/16.`);
      continue;
    }
    if (target.value !== undefined && target.value !== network(target)) {
      say(`${to} has bits behind its prefix; the network is ${dotted(network(target))}/${target.length}.`);
      continue;
    }
    const after = (word: string) => words.flatMap((w, at) => (w === word ? [words[at + 1] ?? ""] : []));
    const unknown = after("dev").find((name) => name !== "lo" && !box.devices.has(name));
    if (unknown !== undefined) {
      const names = [...box.devices.keys()];
      const near = nearest(unknown, names);
      say(
        `${box.name} has no device "${unknown}". ${near === undefined ? `It has ${["lo", ...names].join(", ")}.` : `Did you mean "${near}"?`}`,
      );
      continue;
    }
    const via = after("via").map((word, at) => (/^inet6?$/.test(word) ? after(word)[at] : word));
    const bad = via.map(gateway).find((g) => typeof g === "string");
    if (bad !== undefined) say(`"${bad}" is no gateway's address, such as 10.0.0.1.`);
    else if (via.length === 0 && after("dev").length === 0 && !ENDS.includes(type) && type !== "local") {
      say("it needs a gateway (via 10.0.0.1), a device (dev eth0), or both.");
    } else {
      // Other tables, other rules, and "onlink" take the kernel's word.
      const asked = words.includes("onlink") || words.includes("table") ? [] : via.map(gateway);
      const lost = asked.find(
        (g) => typeof g !== "string" && g.value !== undefined && !onLink.some((p) => within(g, p)),
      );
      if (typeof lost === "object") {
        say(
          `no device of ${box.name} has an address in a network with ${lost.address}, so that gateway cannot be reached.`,
        );
      } else if (via.length === 0 && type === "unicast") onLink.push(target);
    }
  }
}

function destination(text: string): Prefix | undefined {
  return text === "default"
    ? { address: "0.0.0.0", length: 0, value: 0 }
    : (parsePrefix(text) ?? parseAddress(text));
}

/** A gateway's address; what is none, as it stands. */
function gateway(text: string): Prefix | string {
  return parseAddress(text) ?? text;
}
