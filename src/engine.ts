import { type Allowance, isAllowed } from './allow';
import { now, wallClock } from './clock';
import type { Finding, Gap, Hazard, Reporter, Site, Summary } from './model';
import type { Rule, Snapshots } from './rules/rule';
import { messageOf, say } from './say';

/** A rule that takes longer than this, in milliseconds, more than once is switched off. */
const SLOW_RULE_MS = 250;

export interface EngineOptions {
  /** Those that may look at such a moment, in their order. */
  readonly rules: (moment: keyof Snapshots) => readonly Rule[];
  readonly allow: readonly Allowance[];
  /** Called when something is to be reported. */
  readonly reporters: () => readonly Reporter[];
  /** They have nothing to say where no hazard was found, of gaps or at the end: then they are not made. */
  readonly quiet?: boolean;
  /** Called once for each hazard, before the reporters. */
  readonly publish: (hazard: Hazard) => void;
  readonly pid: number;
  readonly threadId: number;
  /** Milliseconds for which this thread has run on a processor. */
  readonly ranMs?: () => number | undefined;
}

/** Runs rules, stamps what they find, drops what is allowed or was said before, and tells the reporters. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #dropped = new Set<Rule>();
  readonly #seen = new Map<string, { hazard: Hazard; count: number }>();
  readonly #gaps = new Set<string>();
  readonly #slow = new Map<Rule, number>();
  #reporters: Reporter[] | undefined;
  /** Hears each hazard, repeats too; true: it is for the hearer alone. */
  hearer: ((hazard: Hazard) => boolean) | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Runs the rules of one moment. Returns the hazards, also those that were reported before. Never throws. */
  run<M extends keyof Snapshots>(moment: M, snapshot: Snapshots[M]): Hazard[] {
    const hazards: Hazard[] = [];
    const alike = new Map<string, number>();
    for (const rule of this.#options.rules(moment)) {
      if (this.#dropped.has(rule)) continue;
      const check = rule[moment] as ((snapshot: Snapshots[M]) => Iterable<Finding>) | undefined;
      if (!check) continue;
      for (const finding of this.#findings(rule, () => check(snapshot))) {
        const hazard = this.#stamp(rule, finding, alike);
        if (isAllowed(hazard, this.#options.allow)) continue;
        hazards.push(hazard);
        if (!this.hearer?.(hazard)) this.#tell(hazard);
      }
    }
    return hazards;
  }

  /** What a rule finds; one that fails, or is slow again and again, is switched off. */
  #findings(rule: Rule, check: () => Iterable<Finding>): readonly Finding[] {
    const begin = now();
    const ran = this.#slow.has(rule) ? this.#options.ranMs?.() : undefined;
    try {
      return [...check()];
    } catch (error) {
      this.#drop(rule, `failed and is switched off: ${messageOf(error)}`);
      return [];
    } finally {
      if (now() - begin > SLOW_RULE_MS) this.#slowed(rule, ran);
    }
  }

  /** Counts and publishes a hazard that another thread has told the reporters of. Returns what it repeats. */
  adopt(hazard: Hazard): { readonly hazard: Hazard; readonly count: number } | undefined {
    const before = this.#seen.get(hazard.fingerprint);
    if (before) {
      before.count++;
      return before;
    }
    this.#seen.set(hazard.fingerprint, { hazard, count: 1 });
    // made here if they were not: one that writes at the end must hear of it
    this.#reporters ??= [...this.#options.reporters()];
    this.#options.publish(hazard);
    return undefined;
  }

  /** Records what could not be read, each once. */
  gap(gap: Gap): void {
    const key = `${gap.what}\n${gap.why}`;
    if (this.#gaps.has(key)) return;
    this.#gaps.add(key);
    if (this.#isHeard) this.each('gap', (reporter) => reporter.gap?.(gap));
  }

  get gaps(): number {
    return this.#gaps.size;
  }

  /** How often each rule reported, repeats included. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { hazard, count } of this.#seen.values())
      counts[hazard.rule] = (counts[hazard.rule] ?? 0) + count;
    return counts;
  }

  /** Whether anything of severity `error` or `warning` was reported. */
  get harmful(): boolean {
    return [...this.#seen.values()].some(({ hazard }) => hazard.severity !== 'info');
  }

  /** The process or thread ends. */
  end(summary: Summary): void {
    if (this.#isHeard) this.each('end', (reporter) => reporter.end?.(summary));
  }

  get #isHeard(): boolean {
    return this.#reporters !== undefined || !this.#options.quiet;
  }

  /** Calls each reporter; one that throws, or whose promise is rejected, is not called again. Waits for none. */
  each(what: string, call: (reporter: Reporter) => unknown): void {
    this.#reporters ??= [...this.#options.reporters()];
    for (const reporter of [...this.#reporters]) {
      try {
        const result = call(reporter);
        // a rejection that nobody handles would end the program
        if (result instanceof Promise) result.catch((error) => this.#mute(reporter, what, error));
      } catch (error) {
        this.#mute(reporter, what, error);
      }
    }
  }

  #mute(reporter: Reporter, what: string, error: unknown): void {
    if (!this.#reporters?.includes(reporter)) return;
    this.#reporters = this.#reporters.filter((other) => other !== reporter);
    say(`a reporter failed in ${what} and is not called again: ${messageOf(error)}`);
  }

  #tell(hazard: Hazard): void {
    const before = this.#seen.get(hazard.fingerprint);
    if (before) {
      before.count++;
      this.each('repeat', (reporter) => reporter.repeat?.(before.hazard, before.count, hazard));
      return;
    }
    this.#seen.set(hazard.fingerprint, { hazard, count: 1 });
    this.#options.publish(hazard);
    this.each('hazard', (reporter) => reporter.hazard(hazard));
  }

  /** `alike`: how many findings of this moment were told apart only by numbers of this run. */
  #stamp(rule: Rule, finding: Finding, alike: Map<string, number>): Hazard {
    const place = finding.once
      ? ''
      : `${placeOf(finding.opened)}\n${placeOf(finding.forked ?? finding.ended)}`;
    const subject = inEveryRun(finding.subject);
    const key = `${rule.name}\n${subject}\n${place}`;
    const nth = subject === finding.subject ? 0 : (alike.get(key) ?? 0);
    if (subject !== finding.subject) alike.set(key, nth + 1);
    return {
      ...withoutSecrets(finding),
      rule: rule.name,
      severity: finding.severity ?? rule.severity,
      docs: `docs/rules/${rule.name}.md`,
      fingerprint: fingerprintOf(nth === 0 ? key : `${key}\n${nth}`),
      time: wallClock(),
      pid: this.#options.pid,
      threadId: this.#options.threadId,
    };
  }

  /** On a loaded machine a rule may have waited: where the kernel tells, only time for which the thread ran counts. */
  #slowed(rule: Rule, ran: number | undefined): void {
    const runs = ran === undefined ? undefined : this.#options.ranMs?.();
    if (ran !== undefined && runs !== undefined && runs - ran <= SLOW_RULE_MS) return;
    const times = (this.#slow.get(rule) ?? 0) + 1;
    this.#slow.set(rule, times);
    if (times > 1) this.#drop(rule, `took more than ${SLOW_RULE_MS} ms twice and is switched off`);
  }

  #drop(rule: Rule, why: string): void {
    this.#dropped.add(rule);
    say(`the rule ${rule.name} ${why}`);
  }
}

/** Loaded with the first finding. */
function withoutSecrets(finding: Finding): Finding {
  return (require('./redact-finding') as typeof import('./redact-finding')).withoutSecrets(finding);
}

function placeOf(site: Site | string | undefined): string {
  if (site === undefined || typeof site === 'string') return site ?? '';
  const frame = site.frames[0];
  return frame ? `${frame.file}:${frame.line}:${frame.column}` : '';
}

/** Ports from here on are given out by the kernel (ip_local_port_range in ip(7)). */
const FIRST_EPHEMERAL_PORT = 32_768;

/** Without the numbers that the kernel gives anew in each run: inodes of pipes and sockets, ephemeral ports. */
function inEveryRun(subject: string): string {
  return subject
    .replace(/\b(socket|pipe):\[\d+\]/g, '$1')
    .replace(/:(\d{5})\b/g, (all, port) => (Number(port) >= FIRST_EPHEMERAL_PORT ? ':*' : all));
}

/** FNV-1a, twice with different seeds: 64 bits are plenty to tell hazards apart, and cost no module. */
function fingerprintOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x01000193) ^ (a >>> 15);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
