import type { ConflictSnapshot } from '../facts/conflict';
import type { ExitSnapshot } from '../facts/exit';
import type { AftermathSnapshot, ForkSnapshot } from '../facts/fork';
import type { StallSnapshot } from '../facts/stall';
import type { Finding, Severity } from '../model';

export interface Snapshots {
  fork: ForkSnapshot;
  aftermath: AftermathSnapshot;
  stall: StallSnapshot;
  exit: ExitSnapshot;
  conflict: ConflictSnapshot;
}

/** The checks of one rule: a pure function for each moment at which it looks. */
export type Checks = {
  readonly [M in keyof Snapshots]?: (snapshot: Snapshots[M]) => Iterable<Finding>;
};

/**
 * A rule. Its doc comment is its page under `docs/rules/`: what it reports, why, an example, what to do
 * instead, and the sufficient conditions that make the finding a fact.
 */
export interface Rule extends Checks {
  /** Plural, kebab case; names the bad thing and reads well after "allow". */
  readonly name: string;
  /** Used where a finding does not say otherwise. */
  readonly severity: Severity;
  /** One sentence for `forkguard explain` and the list of rules. */
  readonly summary: string;
}
