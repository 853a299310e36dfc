import type { Attributes } from '@opentelemetry/api';
import type { HazardRecord } from '../records';
import { mainSite } from '../render';

/** What a span event, a log record and a link say of a hazard, by the names of the contract. */
export function attributesOf(hazard: HazardRecord, executable: string | undefined): Attributes {
  const site = mainSite(hazard);
  const name = executable ?? executableOf(hazard.child?.command);
  return {
    'forkguard.rule': hazard.rule,
    'forkguard.severity': hazard.severity,
    'forkguard.what': hazard.what,
    'process.pid': hazard.child?.pid ?? hazard.pid,
    ...(hazard.child && { 'process.command': hazard.child.command }),
    ...(name !== undefined && { 'process.executable.name': name }),
    ...(site && {
      'code.file.path': site.file,
      'code.line.number': site.line,
      ...(site.function !== null && { 'code.function.name': site.function }),
    }),
    'thread.id': hazard.threadId,
  };
}

/** What a log record says besides: it stands alone, away from its trace. */
export function explanationOf(hazard: HazardRecord): Attributes {
  return {
    'forkguard.why': hazard.why,
    'forkguard.help': hazard.help,
    'forkguard.proof': hazard.proof,
    'forkguard.docs': hazard.docs,
    'forkguard.fingerprint': hazard.fingerprint,
  };
}

/** Of a shell's command line it cannot be told; where the command is one word it is the base name. */
function executableOf(command: string | undefined): string | undefined {
  return command !== undefined && /^[^\s/]+$/.test(command) ? command : undefined;
}
