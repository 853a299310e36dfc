import type { StalledCall } from '../facts/stall';
import type { Finding, Resource, Wait } from '../model';
import { type Deadline, inWords } from '../waits/graph';
import type { Rule } from './rule';
import { seconds } from './words';

/**
 * ### What it reports
 * A call that blocks a thread (`spawnSync`, `execSync`, `execFileSync`, `Atomics.wait`) while everybody who could end
 * it waits, directly or through others, for this thread.
 *
 * ### Why
 * A thread in a `*Sync` function runs no JavaScript: it accepts no connection, answers no request, passes on no
 * output of a worker thread. A child that needs any of that from it, and for whose exit the thread waits, never exits.
 *
 * ### Certain because
 * Every thread that could still wake one of those concerned was looked at: what it sleeps in, on which descriptors,
 * and who holds the other ends. Whoever runs, sleeps on a timer, waits for a terminal, a peer elsewhere or anything
 * that is not known counts as able to go on. Nobody is left, in two pictures in which no thread ran. Where one of
 * them gives up by a limit of its own (a `timeout`, the limit of a poll), or where somebody else could step in (a new
 * worker of the cluster, another process that opens the named pipe or is a client, too), the finding is a warning and
 * names it. An `Atomics.wait` with a limit that nobody would notify is `info`: it may be meant as a pause.
 *
 * A timer in the event loop of another Node may do anything, and hides those that are due later, as V8's own of eight
 * seconds (in Node 26 first one of thirty) does: nothing is said before it is gone. It is passed over, with a warning,
 * only where it may be V8's, or the one of five seconds of Node's HTTP agent, and a request of that Node lies unheard here; in an ancestor of the one that
 * is stuck, which can do no more than end it; where that Node is watched by forkguard, too, and has no timer that keeps
 * it alive; or where it came round for five seconds, nothing was read or written meanwhile, and a request of it lies
 * unheard here. A handler of SIGUSR2, or in other programs than Node of SIGUSR1, may do anything, too, unless the program
 * handles every signal that would end it, as with the package signal-exit.
 *
 * ### Example
 * ```js
 * server.listen(0, () => execSync(`curl http://localhost:${server.address().port}`));
 * ```
 *
 * ### Instead
 * The asynchronous `execFile` or `spawn`: the thread stays free to answer. Or run the server in a worker thread.
 */
export const waitCycles: Rule = {
  name: 'wait-cycles',
  severity: 'error',
  summary: 'a blocked thread and those it waits for wait for each other',
  *stall(snapshot) {
    for (const call of snapshot.calls()) {
      if (call.kind === 'spawn') continue;
      // a pipe that a gone child left behind is told by held-pipes
      if (call.kind === 'sync' && !call.child) continue;
      const pause = isPause(call);
      if (call.verdict && !pause) yield cycle(call);
      else if (call.output.length > 0) yield output(call);
      else if (call.verdict) yield { ...cycle(call), severity: 'info' };
    }
  },
};

function cycle(call: StalledCall): Finding {
  const { waits, grade, deadlines } = call.verdict!;
  const parties = [...new Set(waits.flatMap(({ waiter, on }) => [waiter.label, on.label]))];
  const others = parties.filter((label) => label !== call.thread);
  const listener = listenerOf(call, waits);
  const nobody = parties.length > 2 ? 'none of them' : 'neither';
  const outside = 'something outside, such as a timeout or a signal, interrupts';
  const unnotified = isUnnotified(waits);
  const never = unnotified
    ? `it goes on only if ${outside} it`
    : `${nobody} goes on until ${outside} one of them`;
  const outcome = grade === 'limited' ? `it ends when ${endsBy(call.thread, deadlines)}` : never;
  const broken = call.broken ? `; ${call.broken}` : '';
  return {
    what: whatOf(call, others),
    ...(listener?.opened && { opened: listener.opened }),
    forked: call.fork?.forked ?? call.site,
    why: `${waits.map(sentence).join('; ')}${unnotified ? ', and those have ended, or wait as well' : ''}; ${outcome}${broken}`,
    help: advice(call),
    proof: [`no progress for ${seconds(call.ms)}`, ...new Set(waits.flatMap(({ proof }) => proof))],
    waits,
    subject: waits.map(({ until }) => until.replace(/:\d+/g, '')).join(),
    severity: grade === 'limited' ? 'warning' : 'error',
    fork: call.fork?.id,
    child: call.child,
    resource: listener,
  };
}

function whatOf(call: StalledCall, others: readonly string[]): string {
  const { waits, cycle } = call.verdict!;
  if (isUnnotified(waits)) return `${call.thread} is in \`Atomics.wait\`, and no thread is left to notify it`;
  if (cycle) return `${listOf([call.thread, ...others])} wait for each other`;
  return `${call.thread} waits for ${waits[waits.length - 1]?.on.label ?? 'nobody'}, whom nobody is left to wake`;
}

/** Which of the others was to call `Atomics.notify` nothing shows. */
function isUnnotified(waits: readonly Wait[]): boolean {
  return waits.length > 0 && waits.every(({ until }) => until === 'to call `Atomics.notify`');
}

/** `Atomics.wait` with a limit is also how a thread sleeps, and then nobody is to notify it. */
function isPause({ kind, thread, verdict }: StalledCall): boolean {
  return (
    kind === 'wait' && verdict?.grade === 'limited' && verdict.deadlines.some(({ who }) => who === thread)
  );
}

function advice({ kind, thread, child, api, verdict }: StalledCall): string {
  const { waits, cycle, deadlines } = verdict!;
  if (kind === 'wait') {
    return 'do not block this thread: `Atomics.waitAsync` or a message, or let the worker thread finish without it';
  }
  // between processes that lock against each other this thread only looks on
  if (!cycle && waits.some(({ until }) => until.includes('its lock on'))) {
    return 'take the locks in one order everywhere, or give up after a while (`flock -w 10`)';
  }
  if (!cycle) {
    const limited = deadlines.some(({ who }) => who === thread);
    const limit = limited ? '' : `; the option \`timeout\` limits how long \`${api}\` waits`;
    return `find out why ${waits[waits.length - 1]?.on.label} sleeps: whatever this thread did, it would not go on${limit}`;
  }
  return `use the asynchronous \`spawn\` or \`execFile\`, so this thread stays free to answer${child ? ` \`${child.command}\`` : ''}`;
}

/** Output of a worker thread passes through the thread that started it. */
function output(call: StalledCall): Finding {
  const workers = listOf(call.output.map(({ worker }) => worker));
  return {
    what: `${workers} cannot write ${call.output.length > 1 ? 'their' : 'its'} output while ${call.thread} is blocked`,
    forked: call.fork?.forked ?? call.site,
    why: `\`process.stdout\` and \`process.stderr\` of a worker thread pass through ${call.thread}, which is in \`${call.api}\`; the callback of the write does not come before the call returns, and if the call waits for what happens after that write, it does not return by itself`,
    help: 'do not wait for the output of a worker thread in a thread that blocks: notify first and write afterwards, or write with `fs.writeSync(1, …)` in the worker thread',
    proof: [
      `${call.thread} has been in \`${call.api}\` for ${seconds(call.ms)}`,
      ...call.output.map(({ proof }) => proof),
    ],
    subject: 'output',
    severity: 'warning',
    fork: call.fork?.id,
    child: call.child,
  };
}

/** The listener to which one of them is connected: by its address, else, as of one that has every address, by its port. */
function listenerOf({ listeners }: StalledCall, waits: readonly Wait[]): Resource | undefined {
  const asked = waits.flatMap(
    ({ until }) => /connection to (.+?)(?: over, which .*)?$/.exec(until)?.[1]?.split(' or ') ?? [],
  );
  const ports = asked.flatMap((address) => portOf(address) ?? []);
  return (
    listeners.find(({ label }) => asked.includes(label)) ??
    listeners.find(({ label }) => ports.includes(portOf(label) ?? ''))
  );
}

function portOf(address: string): string | undefined {
  return /:\d+$/.exec(address)?.[0];
}

function sentence({ waiter, on, until }: Wait): string {
  if (waiter.label === on.label) return `${on.label} sleeps, and none of its own threads is left to wake it`;
  return `${waiter.label} waits for ${on.label} ${until}`;
}

/** The limit of the call itself is the last word; without it, whoever gives up. */
function endsBy(thread: string, deadlines: readonly Deadline[]): string {
  const own = deadlines.filter(({ who }) => who === thread);
  const words = (own.length > 0 ? own : deadlines.slice(0, 3)).map(inWords);
  return `${[...new Set(words)].join(' or ')}${own.length > 0 ? ', at the latest' : ''}`;
}

function listOf(parties: readonly string[]): string {
  return parties.length < 2
    ? (parties[0] ?? '')
    : `${parties.slice(0, -1).join(', ')} and ${parties[parties.length - 1]}`;
}
