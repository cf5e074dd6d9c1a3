import type { WalkEventOf } from "../event.ts";
import type { LabMemory } from "../memory.ts";
import type { PacketStory } from "../story.ts";

/** A command that would mend it, or (`look`) that shows what to look at; and what it would mean. */
export interface Cure {
  readonly command: string;
  readonly note?: string;
  readonly look?: true;
}

/** Why a packet died, for a person. */
export interface Diagnosis {
  /** The kernel's name: "IP_RPFILTER"; for a send that failed, the errno: "ENETUNREACH". */
  readonly reason: string;
  /** One or two plain sentences. */
  readonly why: string;
  readonly cures: readonly Cure[];
}

/** A dropped packet and what is known around it. */
export interface Death {
  readonly story: PacketStory;
  readonly drop: WalkEventOf<"drop">;
  readonly lab: LabMemory;
  readonly packets: ReadonlyMap<number, PacketStory>;
}

/** One kind of death: explains it, or says (undefined) that it is another kind. */
export type Explain = (death: Death) => Diagnosis | undefined;
