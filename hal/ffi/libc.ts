/** The C library, as far as we call it. Linux, the same numbers on x64 and arm64. */
import { openLibrary } from './library.js';

const call = openLibrary('libc.so.6');

export const socket = call('int socket(int domain, int type, int protocol)');
export const bind = call('int bind(int fd, const void *address, uint32_t length)');
export const connect = call('int connect(int fd, const void *address, uint32_t length)');
export const getsockname = call('int getsockname(int fd, void *address, void *length)');
export const getpeername = call('int getpeername(int fd, void *address, void *length)');
export const setsockopt = call('int setsockopt(int fd, int level, int name, const void *value, uint32_t n)');
export const recv = call('int64_t recv(int fd, void *into, size_t length, int flags)');
export const recvfrom = call(
  'int64_t recvfrom(int fd, void *into, size_t length, int flags, void *from, void *fromLength)',
);
export const send = call('int64_t send(int fd, const void *bytes, size_t length, int flags)');
export const sendto = call(
  'int64_t sendto(int fd, const void *bytes, size_t length, int flags, const void *to, uint32_t toLength)',
);
export const close = call('int close(int fd)');
export const read = call('int64_t read(int fd, void *into, size_t length)');
export const write = call('int64_t write(int fd, const void *bytes, size_t length)');
export const ioctl = call('int ioctl(int fd, unsigned long request, void *argument)');
export const poll = call('int poll(void *fds, unsigned long count, int timeoutMs)');
export const lseek = call('int64_t lseek(int fd, int64_t offset, int whence)');
export const epoll_create1 = call('int epoll_create1(int flags)');
export const epoll_ctl = call('int epoll_ctl(int epoll, int what, int fd, const void *event)');
export const epoll_wait = call('int epoll_wait(int epoll, void *events, int most, int timeoutMs)');
export const clock_gettime = call('int clock_gettime(int clock, void *time)');
/** Thread 0 is the one that calls. */
export const sched_setscheduler = call(
  'int sched_setscheduler(int thread, int policy, const void *priority)',
);
export const sched_setaffinity = call('int sched_setaffinity(int thread, size_t length, const void *mask)');
export const mmap = call(
  'uintptr_t mmap(uintptr_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
);
export const munmap = call('int munmap(uintptr_t address, size_t length)');
export const malloc_trim = call('int malloc_trim(size_t pad)');
const setupRing = call('long syscall(long number, uint32_t entries, void *params)');
const enterRing = call(
  'long syscall(long number, int fd, uint32_t submit, uint32_t await, uint32_t flags, uintptr_t mask, size_t size)',
);
export const io_uring_setup = (entries: number, params: Uint32Array) => setupRing(425, entries, params);
export const io_uring_enter = (fd: number, submit: number, complete: number, flags: number) =>
  enterRing(426, fd, submit, complete, flags, 0, 0);

export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLLIN = 1;
export const POLLIN = 1;
export const POLLPRI = 2;
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const MSG_DONTWAIT = 0x40;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
export const MAP_POPULATE = 0x8000;
export const SEEK_DATA = 3;
export const ENXIO = 6;
export const EBUSY = 16;
export const EADDRINUSE = 98;
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const SCHED_FIFO = 1;
export const SCHED_RESET_ON_FORK = 0x40000000;
