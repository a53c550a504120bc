import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

const BIN = resolve(import.meta.dirname, '../../bin/liangdi');
/** In the environment of each process that a test starts, and so of all that those start. */
const MARK = 'LIANGDI_TEST_RUN';
const DOCKER_SOCKET = '/var/run/docker.sock';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error, as they came. */
  readonly said: string;
}

/** A folder to run liangdi in, with a home and a place for temporary files of its own. */
export class Desk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'liangdi-desk-'));
  readonly #mark = `${process.pid}-${this.folder}`;

  constructor() {
    for (const name of ['home', 'tmp']) mkdirSync(join(this.folder, name));
  }

  /** Starts a command; `until` resolves when it has said something. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const { HOME: _home, TMPDIR: _tmp, ...inherited } = process.env;
    const child = spawn(BIN, args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        HOME: join(this.folder, 'home'),
        TMPDIR: join(this.folder, 'tmp'),
        [MARK]: this.#mark,
        ...env,
      },
    });
    return new Running(child);
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Writes a scenario of these faults and returns its name. */
  scenario(timeline: readonly object[], ends = '300s'): string {
    const expect = [{ 'no-flap': { 'at-most': 9 } }];
    writeFileSync(join(this.folder, 'mine.yaml'), stringify({ proves: 'nothing', timeline, ends, expect }));
    return 'mine.yaml';
  }

  program(name: string, script: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }

  /** Every file below the folder but the scenario and the programs that the test has written. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter(entry => !entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter(name => name.includes('/'))
      .sort();
  }

  /** The processes that were started from here and still run, whoever their parent is by now. */
  processes(): string[] {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .filter(pid => read(`/proc/${pid}/environ`).split('\0').includes(`${MARK}=${this.#mark}`))
      .map(pid => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #said = '';
  readonly #listeners = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
        for (const tell of this.#listeners) tell();
      });
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal, said: this.#said }));
  }

  /** Resolves when all of it was said. @throws when it ends before */
  async said(...parts: readonly string[]): Promise<void> {
    const heard = Promise.withResolvers<void>();
    const listen = () => {
      if (parts.every(part => this.#said.includes(part))) heard.resolve();
    };
    this.#listeners.add(listen);
    listen();
    const early = this.ended.then(({ code, said }) => {
      throw new Error(`ended with ${code} before it said ${parts.join(', ')}:\n${said}`);
    });
    await Promise.race([heard.promise, early]);
    early.catch(() => {});
    this.#listeners.delete(listen);
  }
}

/** A way to the Docker engine that a test can cut: for whoever takes it, Docker has stopped then. */
export class DockerLine implements AsyncDisposable {
  readonly host: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.host = `unix://${path}`;
  }

  static async open(folder: string): Promise<DockerLine> {
    const path = join(folder, 'docker.sock');
    // Docker's clients end what they send and go on reading.
    const server = createServer({ allowHalfOpen: true });
    const line = new DockerLine(server, path);
    server.on('connection', socket => {
      const engine = connect({ path: DOCKER_SOCKET, allowHalfOpen: true });
      for (const [one, other] of [
        [socket, engine],
        [engine, socket],
      ] as const) {
        line.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          line.#sockets.delete(one);
          other.end();
        });
        one.pipe(other);
      }
    });
    server.listen(path);
    await once(server, 'listening');
    return line;
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
