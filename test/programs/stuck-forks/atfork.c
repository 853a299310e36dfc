/* A library whose atfork handler takes a lock that a thread of its own holds. */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *hold(void *unused) {
  pthread_mutex_lock(&lock);
  sleep(60);
  return unused;
}

static void child(void) {
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += 3;
  pthread_mutex_timedlock(&lock, &limit);
}

__attribute__((constructor)) static void start(void) {
  pthread_t thread;
  pthread_create(&thread, 0, hold, 0);
  pthread_detach(thread);
  pthread_atfork(0, 0, child);
}
