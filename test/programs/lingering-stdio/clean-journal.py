import os, socket, subprocess, sys
journal, service = socket.socketpair()
of = os.fstat(service.fileno())
os.environ['JOURNAL_STREAM'] = '%d:%d' % (of.st_dev, of.st_ino)
subprocess.run([os.environ['NODE'], os.environ['PROGRAM']], stdin=subprocess.DEVNULL, stdout=service)
sys.stdout.write(journal.recv(100).decode())
