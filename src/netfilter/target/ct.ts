import { type Option, TARGET_CONTINUE, target, UsageError } from "../extension.ts";
import { BOTH } from "../headers.ts";
import type { Packet } from "../packet.ts";

/** xt_ct_notrack: the packet is kept out of connection tracking, unless it is in already. */
function untrack(pkt: Packet): number {
  if (pkt.ct === null) pkt.untracked = true;
  return TARGET_CONTINUE;
}

const unmodelled = (name: string, arg: string): Option<{ notrack: boolean }> => ({
  name,
  arg,
  parse() {
    throw new UsageError(`CT: --${name} is not modelled`);
  },
});

export const CT = target<{ notrack: boolean }>({
  name: "CT",
  families: BOTH,
  tables: ["raw"],
  terminating: false,
  help: `CT target options:
 --notrack			Don't track connection
 --helper name			Use conntrack helper 'name' for connection
 --timeout name 		Use timeout policy 'name' for connection
 --ctevents event[,event...]	Generate specified conntrack events for connection
 --expevents event[,event...]	Generate specified expectation events for connection
 --zone {ID|mark}		Assign/Lookup connection in zone ID/packet nfmark
 --zone-orig {ID|mark}		Same as 'zone' option, but only applies to ORIGINAL direction
 --zone-reply {ID|mark} 	Same as 'zone' option, but only applies to REPLY direction
`,
  options: [
    {
      name: "notrack",
      parse(data) {
        data.notrack = true;
      },
    },
    unmodelled("helper", "name"),
    unmodelled("timeout", "name"),
    unmodelled("ctevents", "event[,event...]"),
    unmodelled("expevents", "event[,event...]"),
    unmodelled("zone-orig", "{ID|mark}"),
    unmodelled("zone-reply", "{ID|mark}"),
    unmodelled("zone", "{ID|mark}"),
  ],
  initial: () => ({ notrack: false }),
  apply: (data) => (data.notrack ? untrack : () => TARGET_CONTINUE),
  print: (data) => `CT${data.notrack ? " notrack" : ""}`,
  save: (data) => (data.notrack ? "--notrack" : ""),
});

export const NOTRACK = target<null>({
  name: "NOTRACK",
  // -L shows the kernel's name.
  listName: "CT",
  families: BOTH,
  tables: ["raw"],
  terminating: false,
  help: `NOTRACK does not take any options
`,
  options: [],
  initial: () => null,
  apply: () => untrack,
  print: () => "NOTRACK",
  save: () => "",
});
