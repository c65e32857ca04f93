/**
 * Every state in which a power cut may leave a folder that a program of ours writes to. The program runs under strace; of
 * its system calls each beginning is a moment of a cut. What was not yet synced then may be there or not: names (made, linked,
 * renamed, removed, folders) in the order in which they came, up to any of them, as a journal keeps them; contents in any
 * way: all of them, none, torn in the middle, zeros of the right length, or all but one write. A sync of a folder makes the
 * names in it last, one of a file what was written to it, and no name. That is worse than ext4 and UBIFS are.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';

const CALLS =
  'openat,creat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,close';

type Inode = { isFolder: boolean };
type Write = { at: number; bytes: Buffer } | { length: number };
/** `needs`: what has to be synced after it, that it lasts. */
type Operation =
  | { type: 'name'; name: string; inode: Inode; needs: Inode }
  | { type: 'rename'; from: string; to: string; needs: Inode }
  | { type: 'gone'; name: string; needs: Inode }
  | { type: 'write'; inode: Inode; write: Write; needs: Inode }
  | { type: 'sync'; inode: Inode }
  | { type: 'said'; line: string };

/** `said`: the lines that the program had printed by then. */
export type CrashState = { files: Map<string, Buffer | undefined>; said: string[] };

const LOSSES = ['all', 'none', 'torn', 'zeros'] as const;

export class CrashStates {
  private constructor(private readonly operations: readonly Operation[]) {}

  /** Runs a program of ours, given the folder and `args`, to its end. The folder is there and empty. */
  static of(program: string, folder: string, args: string[] = []): CrashStates {
    const trace = `${folder}.trace`;
    const options = ['-f', '-qq', '-xx', '-s', '10000000', '-e', `trace=${CALLS}`, '-o', trace];
    execFileSync('strace', [...options, process.execPath, program, folder, ...args], {
      env: { ...process.env, UV_USE_IO_URING: '0' },
      maxBuffer: 1 << 28,
    });
    try {
      return new CrashStates(readTrace(trace, folder));
    } finally {
      fs.rmSync(trace);
    }
  }

  get length(): number {
    return this.operations.length;
  }

  /** Every state, each once. Folders have no content. */
  *states(): Generator<CrashState> {
    const seen = new Set<string>();
    for (let moment = 0; moment <= this.operations.length; moment += 1)
      for (const state of this.#statesAt(moment)) {
        const key = createHash('sha256');
        for (const [name, content] of state.files) key.update(`${name}\0`).update(content ?? 'folder');
        const id = `${key.digest('hex')} ${state.said.length}`;
        if (seen.has(id)) continue;
        seen.add(id);
        yield state;
      }
  }

  *#statesAt(moment: number): Generator<CrashState> {
    const past = this.operations.slice(0, moment);
    const said = past.flatMap((one) => (one.type === 'said' ? one.line : []));
    const isLoose = (one: Operation, at: number): boolean =>
      'needs' in one &&
      !past.some((other, later) => later > at && other.type === 'sync' && other.inode === one.needs);
    const loose = past.flatMap((one, at) => (isLoose(one, at) ? at : []));
    const looseWrites = loose.filter((at) => past[at].type === 'write');
    const looseNames = loose.filter((at) => past[at].type !== 'write');
    for (const lastName of [-1, ...looseNames])
      for (const loss of looseWrites.length === 0 ? ['all' as const] : [...LOSSES, ...looseWrites])
        yield {
          said,
          files: replay(past, (_, at) => {
            if (looseNames.includes(at)) return at <= lastName ? 'all' : 'none';
            if (!looseWrites.includes(at)) return 'all';
            return typeof loss === 'number' ? (loss === at ? 'none' : 'all') : loss;
          }),
        };
  }
}

/** Puts a state on the disk, in a folder that is emptied before. */
export function lay(state: CrashState, folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  for (const [name, content] of state.files) {
    const place = path.join(folder, name);
    if (content === undefined) fs.mkdirSync(place, { recursive: true });
    else {
      fs.mkdirSync(path.dirname(place), { recursive: true });
      fs.writeFileSync(place, content);
    }
  }
}

function replay(
  operations: readonly Operation[],
  fate: (operation: Operation, at: number) => (typeof LOSSES)[number],
): Map<string, Buffer | undefined> {
  const names = new Map<string, Inode>();
  const contents = new Map<Inode, Buffer>();
  operations.forEach((one, at) => {
    const loss = fate(one, at);
    if (loss === 'none') return;
    if (one.type === 'name') names.set(one.name, one.inode);
    else if (one.type === 'gone') names.delete(one.name);
    else if (one.type === 'rename') {
      const moved = names.get(one.from);
      if (!moved || names.get(one.to) === moved) return;
      names.delete(one.from);
      names.set(one.to, moved);
    } else if (one.type === 'write')
      contents.set(one.inode, written(contents.get(one.inode) ?? Buffer.alloc(0), one.write, loss));
  });
  return new Map(
    [...names]
      .filter(([name]) => path.dirname(name) === '.' || names.has(path.dirname(name)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inode]) => [name, inode.isFolder ? undefined : (contents.get(inode) ?? Buffer.alloc(0))]),
  );
}

function written(before: Buffer, write: Write, loss: 'all' | 'torn' | 'zeros' | 'none'): Buffer {
  if ('length' in write)
    return Buffer.concat([before, Buffer.alloc(Math.max(0, write.length - before.length))], write.length);
  const { at, bytes } = write;
  const given =
    loss === 'zeros'
      ? Buffer.alloc(bytes.length)
      : loss === 'torn'
        ? bytes.subarray(0, bytes.length >> 1)
        : bytes;
  const after = Buffer.alloc(Math.max(before.length, at + given.length));
  before.copy(after);
  given.copy(after, at);
  return after;
}

/** What strace wrote, as operations on names within the folder. */
function readTrace(trace: string, folder: string): Operation[] {
  const operations: Operation[] = [];
  const names = new Map<string, Inode>();
  const open = new Map<number, { inode: Inode; at: number; appends: boolean }>();
  const sizes = new Map<Inode, number>();
  const root: Inode = { isFolder: true };
  const within = (file: string) => {
    const full = path.resolve(file);
    return full.startsWith(`${folder}/`) ? full.slice(folder.length + 1) : undefined;
  };
  const folderOf = (name: string) => names.get(path.dirname(name)) ?? root;
  const make = (name: string, isFolder: boolean): Inode => {
    const inode = { isFolder };
    names.set(name, inode);
    operations.push({ type: 'name', name, inode, needs: folderOf(name) });
    return inode;
  };
  const gone = (name: string | undefined) => {
    if (name !== undefined && names.delete(name))
      operations.push({ type: 'gone', name, needs: folderOf(name) });
  };

  for (const { call, args, result, texts } of callsOf(trace)) {
    const [first, second] = texts.map((text) => within(text.toString()));
    const fd = Number.parseInt(args, 10);
    const file = open.get(fd);
    if (call === 'openat' || call === 'creat') {
      if (path.resolve(texts[0].toString()) === folder)
        open.set(result, { inode: root, at: 0, appends: false });
      else if (first === undefined) open.delete(result);
      else {
        const inode = names.get(first) ?? make(first, false);
        if (args.includes('O_TRUNC') && (sizes.get(inode) ?? 0) > 0) {
          operations.push({ type: 'write', inode, needs: inode, write: { length: 0 } });
          sizes.set(inode, 0);
        }
        open.set(result, { inode, at: 0, appends: args.includes('O_APPEND') });
      }
    } else if (call === 'close') open.delete(fd);
    else if (call.startsWith('mkdir')) {
      if (first !== undefined) make(first, true);
    } else if (call.startsWith('rename')) {
      if (first === undefined || second === undefined) continue;
      operations.push({ type: 'rename', from: first, to: second, needs: folderOf(second) });
      const moved = names.get(first)!;
      if (names.get(second) === moved) continue;
      names.delete(first);
      names.set(second, moved);
    } else if (call.startsWith('link')) {
      if (first === undefined || second === undefined) continue;
      const inode = names.get(first)!;
      names.set(second, inode);
      operations.push({ type: 'name', name: second, inode, needs: folderOf(second) });
    } else if (call.startsWith('unlink') || call === 'rmdir') gone(first);
    else if (call === 'fsync' || call === 'fdatasync') {
      if (file) operations.push({ type: 'sync', inode: file.inode });
    } else if (call === 'ftruncate') {
      if (file)
        operations.push({
          type: 'write',
          inode: file.inode,
          needs: file.inode,
          write: { length: Number(args.split(',')[1]) },
        });
    } else {
      const bytes = Buffer.concat(texts).subarray(0, result);
      if (fd === 1)
        operations.push(
          ...bytes
            .toString()
            .trim()
            .split('\n')
            .map((line) => ({ type: 'said', line }) as const),
        );
      if (!file) continue;
      const size = sizes.get(file.inode) ?? 0;
      const at = call === 'pwrite64' ? Number(args.split(',').at(-1)) : file.appends ? size : file.at;
      file.at = at + bytes.length;
      sizes.set(file.inode, Math.max(size, file.at));
      operations.push({ type: 'write', inode: file.inode, needs: file.inode, write: { at, bytes } });
    }
  }
  return operations;
}

/** The calls that succeeded, in the order in which they ended. */
function* callsOf(trace: string) {
  const begun = new Map<string, string>();
  for (const line of fs.readFileSync(trace, 'latin1').split('\n')) {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest === undefined) continue;
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(pid) ?? '');
    const match = /^(\w+)\((.*)\) += (\d+)/.exec(whole);
    if (!match) continue;
    const texts = [...match[2].matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text]) =>
      Buffer.from(text.replaceAll('\\x', ''), 'hex'),
    );
    yield { call: match[1], args: match[2], result: Number(match[3]), texts };
  }
}
