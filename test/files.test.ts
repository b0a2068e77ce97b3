// Files on disk: whoever reads finds a whole one, whatever is written at the same time, and nothing but a regular file is ever replaced.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { temporaryName } from '../src/platform/temporary.js';

const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'gradtape-files-')));
afterAll(() => fs.rmSync(root, { recursive: true }));
let folder = root;
let tests = 0;
beforeEach(() => {
  folder = join(root, String(tests++));
  fs.mkdirSync(folder);
});
const at = (name: string): string => join(folder, name);
const script = (name: string): string[] => ['--import', 'tsx', fileURLToPath(new URL(`files/${name}.ts`, import.meta.url))];
const options = { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) } as const;
const env = { ...process.env, NODE_OPTIONS: '' };
const list = (): string[] => fs.readdirSync(folder).sort();
const modeOf = (path: string): number => fs.statSync(path).mode & 0o7777;
const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';

type Read = (path: string) => unknown;
/** How it writes, how a test reads that, and how the library does. */
const writers: [string, (path: string) => void, Read, Read | null][] = [
  ['save', (path) => gt.save({ x: gt.ones([2]) }, path), (path) => (gt.load(path) as { x: gt.Tensor }).x.toArray(), gt.load],
  ['safetensors.save', (path) => gt.io.safetensors.save({ x: gt.ones([2]) }, path), (path) => gt.io.safetensors.load(path).x.toArray(), gt.io.safetensors.load],
  ['npy.save', (path) => gt.io.npy.save(gt.ones([2]), path), (path) => gt.io.npy.load(path).toArray(), gt.io.npy.load],
  ['writeFile', (path) => gt.io.writeFile(path, '[1,1]'), (path) => JSON.parse(fs.readFileSync(path, 'utf8')), null],
];

describe.skipIf(isWindows).each(writers)('%s', (_, write, read, load) => {
  it('keeps the mode of a file, and gives a new one that of the umask', () => {
    for (const mode of [0o600, 0o755, 0o664]) {
      fs.writeFileSync(at('old'), '');
      fs.chmodSync(at('old'), mode);
      write(at('old'));
      expect([modeOf(at('old')), read(at('old'))]).toEqual([mode, [1, 1]]);
    }
    const before = process.umask(0o027);
    try {
      write(at('new'));
    } finally {
      process.umask(before);
    }
    expect([modeOf(at('new')), list()]).toEqual([0o640, ['new', 'old']]);
  });
  it.runIf(isRoot)('keeps the owner of a file', () => {
    fs.writeFileSync(at('old'), '');
    fs.chownSync(at('old'), 1234, 4321);
    fs.chmodSync(at('old'), 0o4711);
    write(at('old'));
    const { uid, gid } = fs.statSync(at('old'));
    expect([uid, gid, modeOf(at('old'))]).toEqual([1234, 4321, 0o4711]);
  });
  it('writes the target of a link, wherever it leads', () => {
    fs.mkdirSync(at('far/deep'), { recursive: true });
    fs.writeFileSync(at('far/target'), '');
    fs.symlinkSync(at('far/target'), at('absolute'));
    fs.symlinkSync('absolute', at('chain'));
    fs.symlinkSync(at('far/deep'), at('deep'));
    // To far/target, not to a file beside the link: `..` is of the folder that `deep` leads to.
    fs.symlinkSync('deep/../target', at('relative'));
    fs.symlinkSync('far/fresh', at('dangling'));
    for (const name of ['absolute', 'chain', 'relative', 'dangling', 'deep/../target']) {
      fs.writeFileSync(at('far/target'), '');
      write(`${folder}/${name}`);
      if (!name.includes('/')) expect(fs.lstatSync(at(name)).isSymbolicLink(), name).toBe(true);
      expect(read(at(name === 'dangling' ? 'far/fresh' : 'far/target')), name).toEqual([1, 1]);
    }
    expect([list(), fs.readdirSync(at('far')).sort()]).toEqual([
      ['absolute', 'chain', 'dangling', 'deep', 'far', 'relative'],
      ['deep', 'fresh', 'target'],
    ]);
    fs.symlinkSync('loop', at('loop'));
    expect(() => write(at('loop'))).toThrow(gt.FormatError);
  });
  it('replaces nothing but regular files, and reads nothing else', () => {
    execFileSync('mkfifo', [at('pipe')]);
    fs.symlinkSync('/dev/null', at('link'));
    fs.mkdirSync(at('sub'));
    if (isRoot) execFileSync('mknod', [at('device'), 'c', '1', '7']);
    const before = list();
    for (const name of [...before, 'sub/', 'new/', '.', '..', 'sub/.', 'none/file', 'x'.repeat(300), 'a\0b']) {
      expect(() => write(`${folder}/${name}`), name).toThrow(gt.FormatError);
      if (load !== null) expect(() => load(`${folder}/${name}`), name).toThrow(gt.FormatError);
    }
    for (const path of ['/dev/null', '/dev/zero', '/dev/full'])
      if (fs.existsSync(path)) expect(() => write(path)).toThrow(/got a device, which is no regular file$/);
    expect([list(), fs.lstatSync(at('pipe')).isFIFO(), fs.lstatSync('/dev/null').isCharacterDevice()]).toEqual([before, true, true]);
  });
  it('follows no link that lies where a temporary file used to be, and takes the longest names', () => {
    fs.writeFileSync(at('secret'), 'kept');
    fs.symlinkSync('secret', at(`file.${process.pid}.tmp`));
    write(at('file'));
    write(at('y'.repeat(255)));
    expect(fs.readFileSync(at('secret'), 'utf8')).toBe('kept');
  });
});

describe.skipIf(isWindows)('save', () => {
  it('from several threads of several processes to one path leaves a whole file at every moment', async () => {
    gt.save({ x: gt.zeros([1]), tag: 0 }, at('one'));
    const ended = ({ stdout, stderr }: ChildProcess): Promise<string> =>
      new Promise((done) => {
        let out = '';
        for (const stream of [stdout!, stderr!]) stream.on('data', (text) => (out += text));
        stdout!.on('close', () => done(out));
      });
    const outs = await Promise.all([1, 2].map(() => ended(spawn(process.execPath, [...script('savers'), at('one'), '6'], { env }))));
    for (const out of outs) {
      const { whole, wrong } = JSON.parse(out);
      expect(wrong).toEqual([]);
      expect(whole).toBeGreaterThan(3);
    }
    expect(list()).toEqual(['one']);
  });

  it.runIf(process.platform === 'linux')('removes what a killed process has left, and nothing of others', () => {
    spawnSync(process.execPath, [...script('killed'), at('file')], { env });
    const [left] = list();
    expect([list().length, modeOf(at(left))]).toEqual([1, 0o600]);
    const [, space, , start] = /^\.gradtape-(\w+)-(\d+)-(\d+)-\w+\.tmp$/.exec(temporaryName())!;
    const random = '0123456789abcdef';
    const gone = Number(/-(\d+)-\d+-\w+\.tmp$/.exec(left)![1]);
    const kept = [
      temporaryName(),
      // Another machine or container, another program's, a user's.
      `.gradtape-${'0'.repeat(16)}-${gone}-5-${random}.tmp`,
      `file.${gone}.tmp`,
      `.gradtape-${space}-${gone}-5-${random}.tmp.safetensors`,
      '.gradtape-notes.tmp',
    ];
    // This process's number, but an older process.
    const reused = `.gradtape-${space}-${process.pid}-${Number(start) - 1}-${random}.tmp`;
    for (const name of [...kept, reused]) fs.writeFileSync(at(name), '');
    gt.save([1], at('file'));
    expect(list()).toEqual([...kept, 'file'].sort());
  });

  it('leaves the old file whole where the system refuses', () => {
    for (const [name, mode] of [
      ['locked', 0o444],
      ['owned', 0o666],
    ] as const) {
      fs.writeFileSync(at(name), 'old');
      fs.chmodSync(at(name), mode);
    }
    fs.chmodSync(root, 0o755);
    fs.chmodSync(folder, 0o777);
    fs.mkdirSync(at('closed'));
    fs.writeFileSync(at('closed/file'), 'old');
    fs.chmodSync(at('closed/file'), 0o666);
    fs.chmodSync(at('closed'), 0o555);
    const paths = ['locked', 'closed/file', ...(isRoot ? ['owned'] : [])].map(at);
    const { stdout } = spawnSync(process.execPath, [...script('refused'), ...paths], { ...options, env: { ...env, NOBODY: '65534' } });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(paths.length);
    // Not writable; in a folder that is not; of another user, whose it could not stay.
    for (const line of lines) expect(line).toMatch(/^FormatError true save: expected to write .*, got E(ACCES|PERM)/);
    // What a full disk is: it ends in the middle.
    const command = `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`;
    const full = spawnSync('sh', ['-c', command, process.execPath, ...script('refused'), at('owned')], { ...options, env });
    expect(full.stdout).toMatch(/^FormatError true save: expected to write .*, got EFBIG/);
    expect(list()).toEqual(['closed', 'locked', 'owned']);
  });
});
