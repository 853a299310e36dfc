/**
 * Reporters whose file is one document (html, sarif, junit), while a run is many processes: each appends its
 * records to an ndjson file beside the document, and each, when it ends, makes the document anew from all
 * records that are there. The last one to end leaves the complete document.
 */

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { threadId } from 'node:worker_threads';
import type { ForkRecord, Gap, Hazard, Reporter, Summary } from '../model';
import { writeStderr } from '../stderr';
import { refuseForeign } from './append';
import { recordsTo } from './ndjson';
import type { ReporterOptions } from './options';
import { cannotWrite, type DocumentFormat, outputPath } from './output-path';
import { type Run, readRun } from './read';

/** Records of one run beyond this are more than a page can show. */
const LARGEST = 256 << 20;

/**
 * The records in a file that the user has named; with `own` in one that only we may have written.
 *
 * @throws the system's error, or an Error that says why the file is refused
 */
export function readRunFile(path: string, own = false): { run: Run; size: number } {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | (own ? O_NOFOLLOW : 0));
  try {
    const stat = fstatSync(fd);
    if (own) refuseForeign(stat);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    if (stat.size > LARGEST) throw new Error(`it is larger than ${LARGEST >> 20} MiB`);
    const bytes = readFileSync(fd);
    return { run: readRun(bytes.toString('utf8')), size: bytes.length };
  } finally {
    closeSync(fd);
  }
}

/** Whether a process of this run has reported a child of the given rule. */
export function isReported(options: ReporterOptions, rule: string, pid: number): boolean {
  try {
    const { hazards } = readRunFile(outputPath(options, 'ndjson')).run;
    return hazards.some(
      (one) => one.rule === rule && [one, ...one.also].some(({ child }) => child?.pid === pid),
    );
  } catch {
    return false;
  }
}

/**
 * Replaces the file as a whole: a reader sees the old document or the new one.
 *
 * @throws the system's error, or an Error that says why the file is refused
 */
export function replaceFile(path: string, content: string): void {
  // `/dev/stdout` is a link that everybody uses
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new Error('it is not a regular file');
  const next = `${path}.${process.pid}-${threadId}.tmp`;
  try {
    writeFileSync(next, content, { flag: 'wx', mode: 0o600 });
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

export function wholeTree(
  format: DocumentFormat,
  options: ReporterOptions,
  make: (run: Run) => string,
): Reporter {
  const target = outputPath(options, format);
  const records = outputPath(options, 'ndjson');
  const appender = recordsTo(records, options);
  let news = false;
  return {
    hazard(hazard: Hazard): void {
      news = true;
      appender.hazard(hazard);
    },
    fork(record: ForkRecord): void {
      news = true;
      appender.fork(record);
    },
    gap: (gap: Gap) => appender.gap(gap),
    end(summary: Summary): void {
      appender.end(summary);
      // a process without news need not rewrite what others wrote, but a run without hazards is a document too
      if (!news && Object.keys(summary.hazards).length === 0 && existsSync(target)) return;
      try {
        // another process may have added records after we read them and replaced the document before we did
        for (let attempt = 0; attempt < 5; attempt++) {
          const { run, size } = readRunFile(records, true);
          replaceFile(target, make(run));
          if (statSync(records).size === size) return;
        }
      } catch (error) {
        (options.write ?? writeStderr)(`${cannotWrite(target, error)}\n`);
      }
    },
  };
}
