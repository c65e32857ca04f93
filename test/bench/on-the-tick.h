/* What the programs of the bench share: 20 ms of an absolute schedule, and connected UDP sockets on the loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS 20000000LL
#define PAYLOAD 160
#define PACKET (12 + PAYLOAD)

static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* CPU time of this process, by getrusage(2). */
static double cpu_ms(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

/* Returns how late it woke, ns. */
static int64_t sleep_until(int64_t due_ns) {
  struct timespec t = {due_ns / 1000000000LL, due_ns % 1000000000LL};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) continue;
  return now_ns(CLOCK_MONOTONIC) - due_ns;
}

/* As many open files as the system allows. */
static void raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/* A socket on a free port, which is printed. */
static int open_socket(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (fd < 0 || bind(fd, (void *)&address, length) < 0) die("socket");
  getsockname(fd, (void *)&address, &length);
  printf("%d ", ntohs(address.sin_port));
  return fd;
}

static void connect_to(int fd, int port) {
  struct sockaddr_in address = loopback(port);
  if (connect(fd, (void *)&address, sizeof address) < 0) die("connect");
}

/* RFC 3550 §5.1 */
static void write_header(uint8_t *packet, int payload_type, uint16_t sequence, uint32_t ssrc) {
  uint32_t timestamp = htonl((uint32_t)sequence * PAYLOAD);
  packet[0] = 0x80;
  packet[1] = payload_type;
  packet[2] = sequence >> 8;
  packet[3] = sequence;
  memcpy(packet + 4, &timestamp, 4);
  ssrc = htonl(ssrc);
  memcpy(packet + 8, &ssrc, 4);
}
