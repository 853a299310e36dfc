import fcntl, os, struct
descriptor = os.open('lock', os.O_RDWR | os.O_CREAT)
os.dup2(descriptor, 100)
os.close(descriptor)
fcntl.fcntl(100, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
os.execvp(os.environ['NODE'], ['node', os.environ['PROGRAM']])
