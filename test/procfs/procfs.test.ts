import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createProcfs } from '../../src/procfs/procfs';

describe('a recorded tree', () => {
  // a Node program whose title holds brackets, under a shell that holds a lock, with a child that waits for it
  const proc = createProcfs(path.join(__dirname, 'linux-6.18'));

  it('tells processes and threads', () => {
    expect(proc.stat(6159)).toMatchObject({ comm: 'ex) (ample', ppid: 6156, threads: 7, state: 'S' });
    expect(proc.threads(6159)).toHaveLength(7);
    expect(proc.children(6159)).toContain(6166);
    expect(proc.children(6159, 6159)).toEqual(proc.children(6159));
    expect(proc.commandLine(6166)).toEqual(['flock', '/tmp/example.lock', 'true']);
    expect(proc.syscall(6166)).toMatchObject({ running: false, number: 73 });
    expect(proc.schedstat(6166)).toBeDefined();
  });

  it('tells descriptors with their locks and epoll sets', () => {
    expect(proc.descriptor(6159, 9)).toMatchObject({
      target: '/tmp/example.lock',
      // Node sets it on what it inherits
      closeOnExec: true,
      locks: [{ type: 'FLOCK', pid: 6158 }],
    });
    expect(proc.descriptor(6159, 20)).toMatchObject({ kind: 'socket', inode: 12104, closeOnExec: true });
    expect(proc.descriptor(6159, 10)?.epoll.length).toBeGreaterThan(0);
    expect(proc.locks()?.map((lock) => [lock.pid, lock.waiting === true])).toEqual([
      [6158, false],
      [6166, true],
    ]);
  });

  it('has no gap for a process that is gone, and one for a file that this system does not have', () => {
    expect(proc.stat(1)).toBeUndefined();
    expect(proc.failures()).toEqual([]);
    expect(createProcfs('/nowhere').fds('self')).toBeUndefined();
    const nowhere = createProcfs('/nowhere');
    nowhere.fds('self');
    nowhere.fds('self');
    nowhere.locks();
    expect(nowhere.failures().map((gap) => gap.what)).toEqual(['/nowhere/self/fd', '/nowhere/locks']);
    expect(nowhere.failures()).toEqual([]);
  });
});

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('this machine', () => {
  const proc = createProcfs();

  it('lists exactly what is open', () => {
    const before = proc.fds('self')!;
    const fd = fs.openSync('/dev/null', 'r');
    expect(proc.fds('self')).toEqual([...before, fd].sort((a, b) => a - b));
    fs.closeSync(fd);
    expect(proc.fds('self')).toEqual(before);
    expect(before.every((n) => proc.link('self', n) !== undefined)).toBe(true);
  });

  it('tells close-on-exec as fdinfo does', () => {
    for (const fd of proc.fds('self')!) {
      expect(proc.closeOnExec(fd)).toBe(proc.descriptor('self', fd)?.closeOnExec);
    }
    expect(proc.closeOnExec(100_000)).toBeUndefined();
    expect(proc.failures()).toEqual([]);
  });

  it('knows a listener and a connection that nobody accepted by their inodes', async () => {
    const server = net.createServer().listen(0, '::1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const descriptors = proc.fds('self')!.map((fd) => proc.descriptor('self', fd));
    const sockets = proc.sockets();
    const mine = descriptors.flatMap((one) => (one?.kind === 'socket' ? [sockets.find(one.inode!)] : []));
    expect(mine).toContainEqual(
      expect.objectContaining({ protocol: 'tcp6', state: 'listen', local: `[::1]:${port}`, remote: '' }),
    );
    server.close();
  });

  it('sees a child, its own threads and its memory', async () => {
    const child = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      expect(proc.children('self')).toContain(child.pid);
      expect(proc.threadChildren()).toContain(child.pid);
      expect(proc.comm(child.pid!)).toBe('sleep');
      expect(proc.stat(child.pid!)).toMatchObject({ ppid: process.pid, forkedWithoutExec: false });
      expect(proc.fds(child.pid!)?.slice(0, 3)).toEqual([0, 1, 2]);
      expect(proc.memory('self')!.residentBytes).toBeGreaterThan(1e6);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('reads on when the program replaced the functions of fs', () => {
    const replaced = jest.spyOn(fs, 'openSync').mockImplementation(() => {
      throw new Error('mocked');
    });
    try {
      expect(proc.stat('self')?.pid).toBe(process.pid);
    } finally {
      replaced.mockRestore();
    }
  });
});
