/*
 * The sound of many calls, cheaply: sends 50 packets a second on each and examines what comes back.
 *
 *     rtp-load CALLS FILE PAYLOAD-TYPE
 *
 * FILE holds packets of 160 octets, 20 ms each: silence, a pulse, then speech; every caller plays the speech from
 * another place on. Prints its ports in a line, then obeys lines:
 *
 *     start CALL PORT ROOM TALKS      from now on it sends there: speech, or silence
 *     report                          prints, as JSON, what came since the last report
 *
 * and ends with its input. The callers have their phases, spread over the 20 ms in steps of 2. It goes before other
 * programs (SCHED_FIFO) where it may, so that it is not the one who is late.
 *
 * Twice a second one of the talkers of a room, each in turn, sends the pulse in place of its speech: a tone where speech has
 * nothing, 3.6 kHz in G.711 and 6 kHz in G.722. It is looked for in what the others hear. Between its sending and the
 * arrival of the first packet that has something of it lies what the box delays: the loopback takes no time, the kernel
 * notes the arrival, and it does not matter when this program looks.
 */
#define _GNU_SOURCE
#include "on-the-tick.h"
#include <fcntl.h>
#include <math.h>
#include <sched.h>

#define STEPS 10
#define BATCH 8
#define PULSE_TICKS 25
#define PULSE_GONE_NS 450000000LL
#define MAX_SAMPLES (1 << 20)
#define SILENCE 0
#define PULSE 1
#define SPEECH 2

struct call {
  int fd, running, room, talks;
  uint16_t sequence;
  int32_t last_sequence;
  long last_pulse;
  int64_t first_sound_ns;
  int log_step[2];
};
/* Its talkers, and who of them sent its last pulse. */
struct room {
  int count, turn, sender;
  long pulse;
  int64_t pulse_ns;
  int callers[1000];
};
struct samples {
  float at[MAX_SAMPLES];
  int count;
};

static struct call *calls;
static struct room *rooms;
static int call_count, payload_type, packet_count;
static uint8_t (*packets)[PAYLOAD];
static struct samples delays, lateness;
static long sent, received, lost, unsent;
static float linear[256];
/* 2 cos of the pulse's frequency. */
static float damping;

static void note(struct samples *samples, float value) {
  if (samples->count < MAX_SAMPLES) samples->at[samples->count++] = value;
}

static int by_value(const void *a, const void *b) {
  float difference = *(const float *)a - *(const float *)b;
  return (difference > 0) - (difference < 0);
}

/* Nearest rank; -1 if there is nothing. */
static float percentile(struct samples *samples, double share) {
  if (samples->count == 0) return -1;
  qsort(samples->at, samples->count, sizeof samples->at[0], by_value);
  int rank = ceil(share * samples->count);
  return samples->at[rank > 0 ? rank - 1 : 0];
}

/* G.711 tables 1a and 2a. */
static void make_tables(void) {
  for (int octet = 0; octet < 256; octet++) {
    int code = payload_type == 8 ? octet ^ 0x55 : ~octet & 0xff, segment = (code >> 4) & 7, place = code & 15;
    int magnitude = payload_type == 0 ? 4 * (((2 * place + 33) << segment) - 33)
                    : segment == 0    ? 16 * place + 8
                                      : (16 * place + 0x108) << (segment - 1);
    linear[octet] = magnitude;
    if ((payload_type == 8) != !!(code & 0x80)) linear[octet] = -magnitude;
  }
  damping = 2 * cosf(2 * M_PI * 3600 / 8000);
}

/* G.722 §3.5: the steps of both bands in the logarithmic domain, which follow the loudness of each. */
static void follow_g722(struct call *call, const uint8_t *payload, int length, int most[2]) {
  static const int low[16] = {-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60};
  static const int high[4] = {798, -214, 798, -214};
  for (int i = 0; i < length; i++) {
    int change[2] = {low[(payload[i] & 0x3f) >> 2], high[payload[i] >> 6]};
    for (int band = 0; band < 2; band++) {
      int step = call->log_step[band] * 127 / 128 + change[band];
      int limit = band == 0 ? 18432 : 22528;
      call->log_step[band] = step < 0 ? 0 : step > limit ? limit : step;
      if (call->log_step[band] > most[band]) most[band] = call->log_step[band];
    }
  }
}

/* What of a packet is heard: any sound, the pulse. Of G.711 the pulse by Goertzel. */
static void examine(struct call *call, const uint8_t *payload, int length, int *sound, int *pulse) {
  if (payload_type == 9) {
    int most[2] = {0, 0};
    follow_g722(call, payload, length, most);
    *sound = most[0] > 7000;
    *pulse = most[1] > 14000;
    return;
  }
  float before = 0, last = 0, peak = 0;
  for (int i = 0; i < length; i++) {
    float sample = linear[payload[i]], next = sample + damping * last - before;
    before = last;
    last = next;
    if (fabsf(sample) > peak) peak = fabsf(sample);
  }
  float amplitude = 2 * sqrtf(last * last + before * before - damping * last * before) / PAYLOAD;
  *sound = peak > 100;
  *pulse = amplitude > 1000;
}

static void hear(struct call *call, const uint8_t *packet, int length, int64_t arrival_ns) {
  if (length <= 12 || (packet[1] & 0x7f) != payload_type) return;
  received++;
  uint16_t sequence = packet[2] << 8 | packet[3];
  if (call->last_sequence >= 0) lost += (uint16_t)(sequence - call->last_sequence - 1);
  call->last_sequence = sequence;
  struct room *room = &rooms[call->room];
  int awaits = call->running && room->pulse > call->last_pulse && arrival_ns > room->pulse_ns &&
               &calls[room->sender] != call;
  if (payload_type != 9 && !awaits && call->first_sound_ns) return;
  int sound, pulse;
  examine(call, packet + 12, length - 12, &sound, &pulse);
  if (sound && !call->first_sound_ns) call->first_sound_ns = arrival_ns;
  if (!awaits || !pulse) return;
  call->last_pulse = room->pulse;
  if (arrival_ns - room->pulse_ns < PULSE_GONE_NS) note(&delays, (arrival_ns - room->pulse_ns) / 1e6);
}

static void receive(struct call *call) {
  static uint8_t bytes[BATCH][2048], control[BATCH][64];
  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){bytes[i], sizeof bytes[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    messages[i].msg_hdr.msg_control = control[i];
    messages[i].msg_hdr.msg_controllen = sizeof control[i];
  }
  int count = recvmmsg(call->fd, messages, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < count; i++) {
    struct cmsghdr *stamp = CMSG_FIRSTHDR(&messages[i].msg_hdr);
    struct timespec t = {0};
    if (stamp) memcpy(&t, CMSG_DATA(stamp), sizeof t);
    hear(call, bytes[i], messages[i].msg_len, t.tv_sec * 1000000000LL + t.tv_nsec);
  }
}

/* Whether this caller is the one who sends the pulse now. */
static int pulses(struct room *room, int index, long tick) {
  if (room->sender != index || (tick + calls[index].room) % PULSE_TICKS != 0) return 0;
  room->pulse++;
  room->pulse_ns = now_ns(CLOCK_REALTIME);
  return 1;
}

static void speak(int index, long tick) {
  static uint8_t packet[PACKET];
  struct call *call = &calls[index];
  if (!call->running) return;
  int which = SILENCE;
  if (call->talks) which = SPEECH + (tick + 7L * index) % (packet_count - SPEECH);
  write_header(packet, payload_type, call->sequence++, index + 1);
  if (call->talks && pulses(&rooms[call->room], index, tick)) which = PULSE;
  memcpy(packet + 12, packets[which], PAYLOAD);
  if (send(call->fd, packet, sizeof packet, 0) == sizeof packet) sent++;
  else unsent++;
}

/* Long after a pulse, it is the next talker's turn. */
static void take_turns(long tick) {
  for (int i = 0; i < call_count; i++) {
    struct room *room = &rooms[i];
    if (room->count == 0 || (tick + i + 2) % PULSE_TICKS != 0) continue;
    room->turn = (room->turn + 1) % room->count;
    room->sender = room->callers[room->turn];
  }
}

static void start(int index, int port, int at, int talks) {
  struct call *call = &calls[index];
  struct room *room = &rooms[at];
  connect_to(call->fd, port);
  call->room = at;
  call->talks = talks;
  call->running = 1;
  if (!talks) return;
  if (room->count == 0) room->sender = index;
  room->callers[room->count++] = index;
}

static void report(void) {
  printf("{\"sent\":%ld,\"unsent\":%ld,\"received\":%ld,\"lost\":%ld,\"pulses\":%d,", sent, unsent, received, lost,
         delays.count);
  printf("\"cpuMs\":%.1f,", cpu_ms());
  printf("\"delayP50Ms\":%.2f,\"delayP95Ms\":%.2f,", percentile(&delays, 0.5), percentile(&delays, 0.95));
  printf("\"latenessP99Ms\":%.3f,\"latenessMaxMs\":%.3f,\"firstSoundMs\":[", percentile(&lateness, 0.99),
         percentile(&lateness, 1));
  for (int i = 0; i < call_count; i++) printf("%s%.3f", i > 0 ? "," : "", calls[i].first_sound_ns / 1e6);
  printf("]}\n");
  fflush(stdout);
  sent = unsent = received = lost = delays.count = lateness.count = 0;
}

/* Takes the lines that wait; 0 at the end of the input. */
static int obey(void) {
  static char text[65536];
  static size_t length;
  ssize_t more = read(0, text + length, sizeof text - 1 - length);
  if (more == 0) return 0;
  if (more < 0) return 1;
  length += more;
  text[length] = 0;
  char *line = text, *end;
  for (; (end = strchr(line, '\n')); line = end + 1) {
    int index, port, room, talks;
    if (sscanf(line, "start %d %d %d %d", &index, &port, &room, &talks) == 4) start(index, port, room, talks);
    else report();
  }
  length -= line - text;
  memmove(text, line, length);
  return 1;
}

static void load(const char *name) {
  FILE *file = fopen(name, "rb");
  if (!file) die(name);
  fseek(file, 0, SEEK_END);
  packet_count = ftell(file) / PAYLOAD;
  packets = calloc(packet_count, PAYLOAD);
  rewind(file);
  if (packet_count <= SPEECH || fread(packets, PAYLOAD, packet_count, file) != (size_t)packet_count) die(name);
  fclose(file);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  call_count = atoi(arguments[1]);
  payload_type = atoi(arguments[3]);
  load(arguments[2]);
  make_tables();
  calls = calloc(call_count, sizeof *calls);
  rooms = calloc(call_count, sizeof *rooms);
  raise_file_limit();
  sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
  int on = 1;
  for (int i = 0; i < call_count; i++) {
    calls[i].fd = open_socket();
    calls[i].last_sequence = -1;
    if (setsockopt(calls[i].fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0) die("SO_TIMESTAMPNS");
  }
  printf("\n");
  fflush(stdout);
  fcntl(0, F_SETFL, O_NONBLOCK);

  int64_t due = now_ns(CLOCK_MONOTONIC);
  for (long step = 0;; step++) {
    due += TICK_NS / STEPS;
    note(&lateness, sleep_until(due) / 1e6);
    if (step % STEPS == 0) {
      if (!obey()) return 0;
      take_turns(step / STEPS);
    }
    /* Caller 0 in step 0, 1 in 7, 2 in 4, ...: the first few are far from each other. */
    for (int i = 3 * (step % STEPS) % STEPS; i < call_count; i += STEPS) {
      receive(&calls[i]);
      speak(i, step / STEPS);
    }
  }
}
