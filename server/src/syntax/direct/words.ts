// Strings cut from a source, as strings of their own: V8's slices keep the whole text they were cut from in memory,
// and a name that occurs a thousand times is one string here. Knows nothing of Python.

const words = new Map<string, string>();
const WORDS_KEPT = 200_000;
/** V8 copies shorter slices anyway. */
const SLICED_FROM = 13;

/** The same string for every use of a word. */
export function ownWord(slice: string): string {
  const known = words.get(slice);
  if (known !== undefined) return known;
  if (words.size >= WORDS_KEPT) words.clear();
  const own = ownText(slice);
  words.set(own, own);
  return own;
}

/** A copy that holds on to nothing. */
export function ownText(slice: string): string {
  if (slice.length < SLICED_FROM) return slice;
  return Object.keys({ [slice]: 0 })[0] ?? slice; // The key of an object is a string of its own.
}
