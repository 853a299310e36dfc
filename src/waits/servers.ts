import { processId, type Scene, threadId } from './scene';

/** Who would serve a descriptor of a process: its event loop where that is known, else any of its threads. */
export function serversOf({ picture, self, blocked, loopRuns }: Scene, pid: number, fd: number): string[] {
  if (pid !== self) return [processId(pid)];
  if (loopRuns) return [processId(pid)];
  const seen = picture.process(pid);
  const sets = picture.epollSets(pid).filter((set) => set.epoll.some((entry) => entry.fd === fd));
  const threads = seen?.threads ?? [];
  const served = threads.filter(
    ({ sleep }) => sleep.kind === 'epoll' && sets.some((set) => set.fd === sleep.fd),
  );
  if (served.length > 0) return served.map((thread) => threadId(pid, thread.tid));
  const inode = picture.descriptor(pid, fd)?.inode;
  const local = inode === undefined ? undefined : picture.sockets.find(inode)?.local;
  const noted = blocked.filter((note) => note.listeners.some((one) => one.label === local));
  if (noted.length > 0) return noted.map((note) => threadId(pid, note.tid));
  if (sets.length === 0 || blocked.length === 0) return [processId(pid)];
  // a loop that nobody waits on belongs to a thread that is elsewhere; those in another loop are at home
  const away = threads.filter(
    ({ tid, sleep }) =>
      blocked.some((note) => note.tid === tid) ||
      (sleep.kind !== 'epoll' && !(sleep.kind === 'futex' && sleep.limit === undefined)),
  );
  return away.map((thread) => threadId(pid, thread.tid));
}
