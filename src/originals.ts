const originals = new WeakMap<object, object>();

/** Remembers what a replacement of ours stands for. */
export function noteOriginal(replacement: object, original: object): void {
  originals.set(replacement, original);
}

/** The function under a replacement of ours: what we call ourselves is none of the program's calls. */
export function unpatched<F extends object>(fn: F): F {
  return (originals.get(fn) as F | undefined) ?? fn;
}
