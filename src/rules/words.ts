import type { ChildFacts, Descriptor, Fork, Lock, Site } from '../model';

/** "child `curl`", also where it never came to life. */
export function childOf(fork: Fork): string {
  return `child \`${fork.child?.command ?? fork.command}\``;
}

export function named(child: Pick<ChildFacts, 'command'>): string {
  return `child \`${child.command}\``;
}

const KINDS: Record<Descriptor['kind'], string> = {
  file: 'file',
  directory: 'directory',
  device: 'device',
  pty: 'terminal',
  pipe: 'pipe',
  socket: 'socket',
  anonymous: 'descriptor',
};

/** `file /tmp/lock`, `listening socket 127.0.0.1:80`, `connection to 127.0.0.1:5432 (PostgreSQL)`. */
export function thing(descriptor: Descriptor): string {
  const { kind, target, socket } = descriptor;
  if (socket?.state === 'listen') return `listening socket ${socket.local || target}`;
  if (isConnected(descriptor)) {
    const protocol = protocolOf(descriptor);
    const name =
      socket?.protocol === 'unix'
        ? `UNIX connection ${socket.local || target}`
        : `connection to ${socket?.remote}`;
    return protocol ? `${name} (${protocol})` : name;
  }
  return `${KINDS[kind]} ${socket?.local || target}`;
}

/** A connected stream socket. UNIX pairs that nobody connected carry stdio and are judged elsewhere. */
export function isConnected({ socket, resource }: Descriptor): boolean {
  if (socket?.state !== 'established') return false;
  return socket.protocol === 'unix' ? resource?.opened !== undefined : /^tcp6?$/.test(socket.protocol);
}

/** For people and proofs: the other end of a connection, which the kernel does not tell of a UNIX socket. */
export function connectionProof({ target, socket }: Descriptor): string {
  return socket?.protocol === 'unix'
    ? `/proc/net/unix: ${target} is connected`
    : `/proc/net/${socket?.protocol}: ${socket?.local} -> ${socket?.remote} is ESTABLISHED`;
}

export function isListener({ socket }: Descriptor): boolean {
  return socket?.state === 'listen';
}

/** Whether no two listeners can be on these hosts at one port: they are the same, or one of them is every address. */
export function collide(one: string, other: string): boolean {
  const hosts = [one, other].map((host) => host.replace(/^::ffff:/, '').replace(/^localhost$/, '127.0.0.1'));
  if (hosts[0] === hosts[1] || hosts.includes('::') || hosts.includes('*')) return true;
  return hosts.includes('0.0.0.0') && !hosts.some((host) => host.includes(':'));
}

/** A lock that belongs to the open file description. Record locks belong to a process and do not cross a fork. */
export function lockThatCrosses({ locks }: Descriptor): Lock | undefined {
  return locks.find(({ type, waiting }) => !waiting && /^(FLOCK|OFDLCK|LEASE)$/.test(type));
}

const PROTOCOLS: Record<string, string> = {
  '1433': 'SQL Server',
  '1521': 'Oracle',
  '3306': 'MySQL or MariaDB',
  '4222': 'NATS',
  '5432': 'PostgreSQL',
  '5672': 'AMQP',
  '6379': 'Redis',
  '9042': 'Cassandra',
  '9092': 'Kafka',
  '11211': 'memcached',
  '27017': 'MongoDB',
};

const PACKAGES: Record<string, string> = {
  amqplib: 'AMQP',
  ioredis: 'Redis',
  redis: 'Redis',
  '@redis/client': 'Redis',
  kafkajs: 'Kafka',
  mariadb: 'MySQL or MariaDB',
  mongodb: 'MongoDB',
  mysql: 'MySQL or MariaDB',
  mysql2: 'MySQL or MariaDB',
  nats: 'NATS',
  pg: 'PostgreSQL',
  postgres: 'PostgreSQL',
  tedious: 'SQL Server',
};

/** The protocol of a connection: that of the package that opened it, else the usual one at the port. */
export function protocolOf({ socket, resource }: Descriptor): string | undefined {
  const address = socket?.remote ?? '';
  const packages = resource?.opened?.frames.flatMap(({ package: name }) => name ?? []) ?? [];
  const known = packages.map((name) => PACKAGES[name]).find(Boolean);
  return known ?? PROTOCOLS[address.slice(address.lastIndexOf(':') + 1)];
}

/** What V8 writes for `--prof`, `--perf-basic-prof` and `--perf-prof`: one for the process, or for each isolate. */
export function isProfile({ target }: Descriptor): boolean {
  return /\/(?:isolate-?0x[0-9a-f]+-\d+-v8\.log|perf-\d+\.map|jit-\d+\.dump)$/.test(target);
}

/** Who opened it, for the label `opened`: the site, else who must have done it. */
export function openerOf(descriptor: Descriptor): Site | string {
  if (descriptor.resource?.opened) return descriptor.resource.opened;
  if (isProfile(descriptor)) return 'not by JavaScript: by V8, for `--prof` or `--perf-…`';
  if (descriptor.origin === 'inherited')
    return 'before the program began: by the launcher or shell that started it';
  if (descriptor.owner) return `not by JavaScript: by ${descriptor.owner}`;
  if (descriptor.closeOnExec) {
    const noted =
      descriptor.kind === 'file'
        ? ': of files, only what is opened for writing with `fs.openSync` is noted, not `fs.promises.open` or streams'
        : '';
    return `not seen${noted}`;
  }
  return 'not seen: Node marks what it opens close-on-exec, so native code opened it';
}

/** A child, or a process below it; of `cat` in a shell that runs just that, the child says enough. */
export function below(child: ChildFacts, process: ChildFacts): string {
  return process.pid === child.pid || process.command === child.command
    ? named(child)
    : `\`${process.command}\` under ${named(child)}`;
}

/** The pipes of a child that are its stdout and stderr, and what they are called. */
export function outputsOf<P extends { readonly childFd: number }>(
  pipes: readonly P[],
): { readonly outputs: readonly P[]; readonly names: readonly string[] } {
  const outputs = pipes.filter(({ childFd }) => childFd === 1 || childFd === 2);
  return { outputs, names: outputs.map(({ childFd }) => (childFd === 1 ? 'stdout' : 'stderr')) };
}

/** To be added to a sentence: what the program waits for, and after which it may do so; nothing if it waits for nothing. */
export function stillWaits(awaited: string | undefined, act: string): string {
  return awaited === undefined ? '' : `. The program still waits for ${awaited}, and may ${act} then`;
}

/** `1.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
