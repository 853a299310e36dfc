/** The tests that run now. Those that overlap cannot be told apart. */
export class Running {
  /** How many of our hooks have seen each begin. */
  readonly #begun = new Map<unknown, number>();
  #overlapping = false;

  /** Returns whether nothing else runs. `overlaps`: others run at the same time that are not announced. */
  begin(test: unknown, overlaps = false): boolean {
    const first = this.#begun.size === 0;
    const before = this.#begun.get(test) ?? 0;
    if (overlaps || (!first && before === 0)) this.#overlapping = true;
    this.#begun.set(test, before + 1);
    return first;
  }

  /** Returns whether it ends with this, the last of its hooks, and has overlapped no other. */
  end(test: unknown): boolean {
    const before = this.#begun.get(test);
    // a test whose `beforeAll` has failed ends without having begun
    if (before === undefined) return false;
    if (before > 1) {
      this.#begun.set(test, before - 1);
      return false;
    }
    this.#begun.delete(test);
    const alone = !this.#overlapping;
    if (this.#begun.size === 0) this.#overlapping = false;
    return alone;
  }
}
