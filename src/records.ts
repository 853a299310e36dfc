/**
 * The records of a report, one JSON object a line, as other programs read them. Types only; the published
 * schema `docs/schema/record.schema.json` is made from this file by `npm run schema`.
 */

import type { ForkApi, ResourceKind, Severity } from './model';

/** A place in the program: the innermost line of the program's own code. */
export interface SiteRecord {
  /** Absolute path or URL; control characters escaped. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  function: string | null;
  /** The npm package that acted on behalf of this line, when there is one. */
  package?: string;
}

export interface ChildRecord {
  pid: number;
  /** For people. Redacted. */
  command: string;
}

export interface ResourceRecord {
  id: number;
  kind: ResourceKind;
  label: string;
  fd: number | null;
  threadId: number;
}

export interface HazardRecord {
  type: 'hazard';
  rule: string;
  severity: Severity;
  /** One clause: the child and the thing. */
  what: string;
  /** Where the thing was opened; a sentence where nobody saw it; null where nothing was opened. */
  opened: SiteRecord | string | null;
  forked: SiteRecord | null;
  /** The line under which the process was made to end, where that is what does harm. */
  ended?: SiteRecord;
  why: string;
  help: string;
  /** Facts that a person can check by hand. */
  proof: string[];
  docs: string;
  /** The same for the same hazard in every run of the same program. */
  fingerprint: string;
  /** ISO 8601. */
  time: string;
  pid: number;
  threadId: number;
  /** The `id` of the fork's record. */
  fork: string | null;
  child: ChildRecord | null;
  resource: ResourceRecord | null;
  /** Who waits for whom, where the hazard is a stall that was proven by a wait-for graph. */
  waits?: WaitRecord[];
}

export interface WaitRecord {
  waiter: string;
  on: string;
  /** What ends the wait: `to exit`. */
  until: string;
}

export interface ForkRecordLine {
  type: 'fork';
  id: string;
  /** ISO 8601. */
  time: string;
  pid: number;
  threadId: number;
  api: ForkApi;
  command: string;
  /** Redacted. */
  args: string[];
  primitive: 'fork' | 'posix_spawn' | 'execve' | 'native';
  child: { pid: number } | null;
  /** Milliseconds for which making the child blocked the thread; null where it was not measured. */
  blockedMs: number | null;
  descriptors: { open?: number; inheritable: number };
  threads: number;
  site: SiteRecord | null;
}

/** Something that could not be read. */
export interface GapRecord {
  type: 'gap';
  what: string;
  why: string;
}

/** The last record of a process. */
export interface SummaryRecord {
  type: 'summary';
  pid: number;
  forks: number;
  /** How often each rule reported, repeats included. */
  hazards: { [rule: string]: number };
  gaps: number;
}

export type ForkguardRecord = HazardRecord | ForkRecordLine | GapRecord | SummaryRecord;
