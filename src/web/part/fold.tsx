import { isText, keptSignal } from "../lab/keep.ts";

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const folded = keptSignal<readonly string[]>("folded", [], isNames);

export const isFolded = (name: string): boolean => folded.value.includes(name);

/** The arrow before a panel's title, that folds the panel to its title. */
export function Fold({ name, label }: { name: string; label: string }) {
  const shut = isFolded(name);
  return (
    <button
      type="button"
      class="quiet fold"
      aria-expanded={!shut}
      aria-label={`${shut ? "unfold" : "fold"}: ${label}`}
      onClick={() => (folded.value = shut ? folded.value.filter((n) => n !== name) : [...folded.value, name])}
    >
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        <path
          d={shut ? "M3 1.5 L7 5 L3 8.5" : "M1.5 3 L5 7 L8.5 3"}
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
        />
      </svg>
    </button>
  );
}
