/** Where a command writes. */
export interface Io {
  readonly out: (text: string) => void;
  /** One line. */
  readonly error: (line: string) => void;
}

/** Returns the exit code. */
export type Command = (argv: readonly string[], io: Io) => number | Promise<number>;

/** The command was called wrongly: exit code 2, and no stack trace. */
export class UsageError extends Error {}
