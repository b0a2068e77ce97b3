// The pages that people read: their links, commands, paths and variables exist, README's figures are the
// bench's, and sentences stay in short paragraphs. ops.md and benchmarks.md are generated and have tests
// of their own.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const isHere = (path: string): boolean => existsSync(join(root, path));

const filesIn = (folder: string): string[] => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
const generated = ['docs/ops.md', 'docs/benchmarks.md'];
const pages = [...readdirSync(root), ...filesIn('docs')].filter((path) => path.endsWith('.md'));
const written = pages.filter((path) => !generated.includes(path));

/** What is said of every page, with the page's name before each complaint. */
const complaints = (among: readonly string[], of: (text: string, page: string) => string[]): string[] =>
  among.flatMap((page) => of(read(page), page).map((complaint) => `${page}: ${complaint}`));
const allOf = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]);

/** A heading as the part of a link behind #. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const headings = (text: string): string[] => allOf(text, /^#+ (.*)$/gm).map(slug);

const withoutCode = (text: string): string => text.replace(/^```.*?^```$/gms, '');

describe('pages name only what exists', () => {
  it('links', () => {
    const broken = complaints(pages, (text, page) =>
      allOf(withoutCode(text).replace(/`[^`]*`/g, ''), /\]\(([^)\s]+)\)/g).filter((link) => {
        if (/^https?:/.test(link)) return false;
        const [path, anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        return !isHere(target) || (anchor !== undefined && !headings(read(target)).includes(anchor));
      }),
    );
    expect(broken).toEqual([]);
  });
  it('commands of npm', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(complaints(pages, (text) => allOf(text, /npm run ([\w:-]+)/g).filter((name) => !(name in scripts)))).toEqual([]);
  });
  it('files, by their whole path or without src/', () => {
    const path = /(?<![\w/.-])((?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs|cc|h|def|py|md))(?![\w/])/g;
    // What a build or a user makes, and what stands for any name.
    const made = /^(build|dist|prebuilds|runs|node_modules|gradtape)\/|\bNAME\b/;
    const here = (page: string, name: string): boolean => [name, `src/${name}`, join(dirname(page), name)].some(isHere);
    const missing = complaints(written, (text, page) => allOf(text, path).filter((name) => !made.test(name) && !here(page, name)));
    expect(missing).toEqual([]);
  });
  it('environment variables: all that are read, and no others', () => {
    const sources = [...filesIn('src').filter((path) => /\.m?ts$/.test(path)), 'native/build.mjs'];
    const readBy = new Set(sources.flatMap((path) => allOf(read(path), /\b(GRADTAPE_[A-Z_]*[A-Z])\b/g)));
    const explained = new Set(allOf(read('docs/install.md'), /\b(GRADTAPE_[A-Z_]*[A-Z])\b/g));
    expect([...explained].sort()).toEqual([...readBy].sort());
  });
});

describe('README', () => {
  /** A row of README's table by the bench's name. */
  const rows: Readonly<Record<string, string>> = {
    'training step, MLP 2-16-16-1': 'MLP 2-16-16-1 step',
    'training step, MLP, batch 32': 'MLP batch 32',
    'training step, CNN, batch 64': 'CNN batch 64',
    'training step, GPT, batch 16': 'GPT batch 16',
    'LSTM, forward and backward': 'LSTM 32x64x128 backward',
    'convolution 3x3, 128 channels, forward': 'conv ResNet 28 (3x3, 128) forward',
    'matrix product 1024, float32': 'gemm f32 1024',
    '`exp` of a million': 'exp 1M',
    '`add` of a million': 'add 1M',
  };
  const columns = ['native:pytorch', 'native:tfjs', 'wasm:tfjs'];
  const cells = (line: string): string[] =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());

  it('has the figures of docs/benchmarks.md', () => {
    const lines = read('docs/benchmarks.md').split('\n');
    const wanted = Object.entries(rows).map(([title, name]) => {
      const at = lines.findIndex((line) => line.startsWith(`| ${name} |`));
      const header = cells(lines.slice(0, at).findLast((line) => line.startsWith('|  | native 1t')) ?? '');
      const row = cells(lines[at] ?? '');
      return [title, ...columns.map((column) => (row[header.indexOf(column)] ?? '').replace('x', ''))];
    });
    const table = read('README.md').split('\n').map(cells);
    expect(table.filter(([title]) => title in rows)).toEqual(wanted);
  });
});

describe('prose is easy to read', () => {
  // Lines of a version under way come from several branches at once, and are wrapped when it is released.
  const settled = (text: string): string => withoutCode(text).replace(/^## \S+ \(unreleased\)$.*?(?=^## )/gms, '');
  const isList = (line: string): boolean => /^\s*([-*]|\d+\.) /.test(line);
  const isBreak = (line: string): boolean => line.trim() === '' || /^[|#<!]/.test(line);

  it('lines have at most 100 columns, tables aside', () => {
    const long = (text: string): string[] =>
      settled(text)
        .split('\n')
        .filter((line) => line.length > 100 && !/^[|!]/.test(line));
    expect(complaints(written, long)).toEqual([]);
  });
  it('paragraphs and points have at most five lines', () => {
    const long = (text: string): string[] => {
      const parts: string[][] = [[]];
      for (const line of settled(text).split('\n')) {
        if (isBreak(line) || isList(line)) parts.push([]);
        if (!isBreak(line)) parts.at(-1)!.push(line);
      }
      // A list of names is no paragraph.
      return parts.filter((part) => part.length > 5 && !/^- \*\*[^*]+\*\*:/.test(part[0])).map((part) => part[0]);
    };
    expect(complaints(written, long)).toEqual([]);
  });
  it('cells of tables have at most twelve words', () => {
    const long = (text: string): string[] =>
      settled(text)
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .flatMap((line) => line.replace(/`[^`]*`/g, 'code').split('|'))
        .filter((cell) => cell.trim().split(/\s+/).length > 12);
    expect(complaints(written, long)).toEqual([]);
  });
});
