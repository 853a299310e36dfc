import type { SocketFacts } from '../../src/model';
import { pairedInode, parsePeers } from '../../src/waits/unix-peers';

function rows(...inodes: (number | [inode: number, local: string])[]): SocketFacts[] {
  return inodes.map((given) => {
    const [inode, local] = typeof given === 'number' ? [given, ''] : given;
    return { inode, local, protocol: 'unix', state: 'established', remote: '' };
  });
}

describe('pairs of sockets', () => {
  it('are counted off from the beginning of a run', () => {
    const table = rows(10, 11, 12, 13, 20, 21);
    expect([10, 11, 12, 13, 20, 21].map((inode) => pairedInode(inode, table))).toEqual([
      11, 10, 13, 12, 21, 20,
    ]);
  });

  it('are not known in a run of odd length, nor where a socket is connected to a name', () => {
    expect(pairedInode(11, rows(10, 11, 12))).toBeUndefined();
    expect(pairedInode(10, rows(10, 11, [30, '/run/app.sock']))).toBeUndefined();
    expect(pairedInode(99, rows(10, 11))).toBeUndefined();
  });
});

describe('what ss prints', () => {
  it('gives each socket its peer, 0 where nobody has accepted', () => {
    const text = [
      'u_str ESTAB  0      0                 * 1576    * 1575   ',
      'u_str LISTEN 1      511    /tmp/us.sock 1340568 * 0      ',
      'u_str ESTAB  0      0      /tmp/us.sock 1340582 * 1340581',
      'u_str ESTAB  0      768               * 1339884 * 0      ',
    ].join('\n');
    expect([...parsePeers(text)]).toEqual([
      [1576, 1575],
      [1340582, 1340581],
      [1339884, 0],
    ]);
  });
});
