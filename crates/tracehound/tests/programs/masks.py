import os, signal, threading

seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGRTMIN + 2})
def work(own):
    signal.pthread_sigmask(signal.SIG_BLOCK, {own})
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {own, signal.SIGINT})
    try:
        signal.pthread_sigmask(9, {own})
    except OSError:
        pass
for own in (signal.SIGHUP, signal.SIGTERM, signal.SIGRTMAX):
    thread = threading.Thread(target=work, args=(own,))
    thread.start()
    thread.join()
os.kill(os.getpid(), signal.SIGUSR1)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
pid = os.fork()
if pid == 0:
    signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGCHLD})
    os._exit(0)
os.waitpid(pid, 0)
assert seen == [signal.SIGUSR1]
