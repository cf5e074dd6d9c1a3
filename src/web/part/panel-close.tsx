import { closed, PLACE_NAMES, PLACES, type Place, putAway } from "../state/places.ts";

/** The × in a part's corner. */
export function PanelClose({ place }: { place: Place }) {
  if (closed.value.length >= PLACES.length - 1) return null;
  return (
    <button
      type="button"
      class="quiet close"
      aria-label={`close: ${PLACE_NAMES[place]}`}
      title="close; View brings it back"
      onClick={() => putAway(place)}
    >
      ×
    </button>
  );
}
