import { lastOf } from "../story.ts";
import type { Death, Diagnosis, Explain } from "./diagnosis.ts";
import { broadcastEcho, noEcho } from "./echo.ts";
import { firewall } from "./firewall.ts";
import { deviceDown, noNeighbour, tooBig, ttlExceeded } from "./link.ts";
import { noRouteOnward, notForwarding, reversePath } from "./routing.ts";
import { portClosed, thrownAway } from "./transport.ts";

export type { Cure, Death, Diagnosis } from "./diagnosis.ts";
export { unanswered } from "./link.ts";
export { explainRefused } from "./routing.ts";

/** Asked in order; the first that knows the death explains it. */
const KINDS: readonly Explain[] = [
  firewall,
  reversePath,
  notForwarding,
  noNeighbour,
  deviceDown,
  ttlExceeded,
  tooBig,
  portClosed,
  noRouteOnward,
  broadcastEcho,
  noEcho,
  thrownAway,
];

/** Why a packet died and what would mend it. Always answers: the kernel's name is the least that it says. */
export function explainDeath(death: Death): Diagnosis {
  for (const explain of KINDS) {
    const diagnosis = explain(death);
    if (diagnosis) return diagnosis;
  }
  const { drop, story } = death;
  const route = lastOf(story, "route");
  return {
    reason: drop.reason,
    why: `${drop.ns} dropped it at ${drop.where}${route ? `, routing said "${route.result}"` : ""}.`,
    cures: [],
  };
}
