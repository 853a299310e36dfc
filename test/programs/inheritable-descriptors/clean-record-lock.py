import fcntl, os
descriptor = os.open('record-lock', os.O_RDWR | os.O_CREAT)
os.dup2(descriptor, 100)
os.set_inheritable(100, True)
fcntl.lockf(100, fcntl.LOCK_EX)
os.execvp(os.environ['NODE'], ['node', os.environ['PROGRAM']])
