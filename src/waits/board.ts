/**
 * The memory that a thread shares with its watcher: a note that it leaves before it blocks, and what the watcher
 * found meanwhile. One writer for each half.
 */

/** The name that our own threads give themselves, as `/proc/<pid>/task/<tid>/comm` has it. */
export const WATCHER_NAME = 'forkguard';

const NOTE_BYTES = 64 * 1024;
const FOUND_BYTES = 512 * 1024;

/** Indices of the header. */
const SEQUENCE = 0;
const NOTE_LENGTH = 1;
const FOUND_LENGTH = 2;
/** 1 while the watcher sleeps until it is woken; else it looks by itself, and to wake it would cost each call. */
const ASLEEP = 3;
const HEADER_BYTES = 16;

export type BoardMemory = SharedArrayBuffer;

export function createBoardMemory(): BoardMemory {
  return new SharedArrayBuffer(HEADER_BYTES + NOTE_BYTES + FOUND_BYTES);
}

/** Taken before the program's own use of them is watched. */
const { wait, notify, load, store, add } = Atomics;

export class Board {
  readonly memory: BoardMemory;
  readonly #header: Int32Array;
  readonly #note: Uint8Array;
  readonly #found: Uint8Array;

  constructor(memory: BoardMemory) {
    this.memory = memory;
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#note = new Uint8Array(memory, HEADER_BYTES, NOTE_BYTES);
    this.#found = new Uint8Array(memory, HEADER_BYTES + NOTE_BYTES, FOUND_BYTES);
  }

  /** The thread is about to block. Returns whether the note fits; else it is not left. */
  post(note: object): boolean {
    const bytes = Buffer.from(JSON.stringify(note));
    if (bytes.length > NOTE_BYTES) return false;
    add(this.#header, SEQUENCE, 1); // odd: it is being written
    this.#note.set(bytes);
    store(this.#header, NOTE_LENGTH, bytes.length);
    this.#turn(1);
    return true;
  }

  /** The thread goes on. */
  clear(): void {
    store(this.#header, NOTE_LENGTH, 0);
    this.#turn(2);
  }

  #turn(steps: number): void {
    add(this.#header, SEQUENCE, steps);
    if (load(this.#header, ASLEEP) === 1) notify(this.#header, SEQUENCE);
  }

  get sequence(): number {
    return load(this.#header, SEQUENCE);
  }

  /** Sleeps for so long. Returns whether the sequence is another one then. */
  sleep(sequence: number, ms: number): boolean {
    wait(this.#header, SEQUENCE, sequence, ms);
    return this.sequence !== sequence;
  }

  /** Sleeps until the sequence is another one. */
  sleepUntilTurned(sequence: number): void {
    store(this.#header, ASLEEP, 1);
    wait(this.#header, SEQUENCE, sequence);
    store(this.#header, ASLEEP, 0);
  }

  /** The note, and the sequence that it belongs to. */
  read<T>(): { readonly sequence: number; readonly note: T | undefined } {
    for (;;) {
      const sequence = this.sequence;
      if (sequence & 1) {
        wait(this.#header, SEQUENCE, sequence, 1);
        continue;
      }
      const length = load(this.#header, NOTE_LENGTH);
      const text = Buffer.from(this.#note.subarray(0, length)).toString();
      if (this.sequence !== sequence) continue;
      return { sequence, note: length === 0 ? undefined : (JSON.parse(text) as T) };
    }
  }

  /** The watcher has found something. Returns whether it was told: not before the thread has taken what was told last. */
  tell(found: readonly object[]): boolean {
    const bytes = Buffer.from(JSON.stringify(found));
    if (bytes.length > FOUND_BYTES || load(this.#header, FOUND_LENGTH) !== 0) return false;
    this.#found.set(bytes);
    store(this.#header, FOUND_LENGTH, bytes.length);
    return true;
  }

  /** What the watcher has found since the last call. */
  take<T>(): T[] {
    const length = load(this.#header, FOUND_LENGTH);
    if (length === 0) return [];
    const text = Buffer.from(this.#found.subarray(0, length)).toString();
    store(this.#header, FOUND_LENGTH, 0);
    return JSON.parse(text) as T[];
  }
}
