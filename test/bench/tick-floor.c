/*
 * The least a bridge of this kind can cost: one connected socket per call; on each 20 ms tick it receives until there is
 * nothing more and sends one packet, on each. Nothing is decoded, mixed or looked at.
 *
 *     tick-floor CALLS SECONDS
 *
 * Prints its ports in a line, reads a line of ports to connect them to, lets a second pass, and prints what it then
 * measured of itself as JSON.
 */
#include "on-the-tick.h"

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int calls = atoi(arguments[1]), ticks = atoi(arguments[2]) * 50;
  int *fds = calloc(calls, sizeof *fds);
  raise_file_limit();
  for (int i = 0; i < calls; i++) fds[i] = open_socket();
  printf("\n");
  fflush(stdout);
  for (int i = 0; i < calls; i++) {
    int port;
    if (scanf("%d", &port) != 1) return 2;
    connect_to(fds[i], port);
  }

  uint8_t packet[PACKET] = {0}, received[2048];
  int64_t due = now_ns(CLOCK_MONOTONIC), start_ns = 0;
  double start_ms = 0;
  long in = 0, late_ticks = 0;
  for (int tick = -50; tick < ticks; tick++) {
    due += TICK_NS;
    int late = sleep_until(due) > TICK_NS / 2;
    if (tick == 0) {
      start_ms = cpu_ms();
      start_ns = now_ns(CLOCK_MONOTONIC);
      in = late_ticks = 0;
    }
    late_ticks += late;
    for (int i = 0; i < calls; i++) {
      while (recv(fds[i], received, sizeof received, 0) >= 0) in++;
      write_header(packet, 0, tick, i);
      send(fds[i], packet, sizeof packet, 0);
    }
  }
  double seconds = (now_ns(CLOCK_MONOTONIC) - start_ns) / 1e9;
  printf("{\"cpuMs\":%.3f,\"seconds\":%.3f,\"packetsIn\":%ld,\"lateTicks\":%ld}\n", cpu_ms() - start_ms, seconds,
         in, late_ticks);
  return 0;
}
