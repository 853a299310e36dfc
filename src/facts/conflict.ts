/** What a rule may know of an address that is in use. */

import type { ChildFacts, Conflict, Fork, Site } from '../model';

/** A child that holds the listening socket that is in the way. */
export interface PortHolder {
  readonly fork: Fork;
  readonly child: ChildFacts;
  readonly childFd: number;
  readonly opened: Site | undefined;
  readonly proof: readonly string[];
}

export interface ConflictSnapshot {
  readonly moment: Conflict;
  readonly pid: number;
  holders(): readonly PortHolder[];
}
