/**
 * Packetwalk as a library: engines, walk events, stories and diagnoses.
 *
 * @packageDocumentation
 */

export * from "../walk/event.ts";
export { LabMemory } from "../walk/memory.ts";
export { type Palette, PLAIN } from "../walk/palette.ts";
export { type PrintOptions, WalkPrinter } from "../walk/print.ts";
export {
  eventsOf,
  type HookStep,
  type Hop,
  type PacketStory,
  type Step,
  StoryTeller,
} from "../walk/story.ts";
export { type Cure, type Diagnosis, explainDeath, explainRefused } from "../walk/why/index.ts";
export type * from "./engine.ts";
export { SimulatedEngine, type SimulatedOptions } from "./simulated/engine.ts";
