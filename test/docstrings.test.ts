// Every public name has a docstring that says what its parameters are, and every example in one
// type checks, runs, and gives the values that it claims.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleFile, exampleScript } from './docs/examples.js';
import { type PublicName, programOf, publicNames } from './docs/publicNames.js';

/** Rooms of src whose names are still being documented; everything else is done. */
const openRooms = ['backend.ts', 'core', 'kernels', 'methods.ts', 'ops', 'tensor'];

const names = publicNames(programOf()).filter(({ room }) => !openRooms.includes(room));
const examples = names.flatMap(({ examples, ...name }) => examples.map((code) => ({ ...name, code })));

describe('docstrings', () => {
  it('are there, with their parameters and an example', () => {
    expect(names.length).toBeGreaterThan(1050);
    expect(names.filter(({ lacks }) => lacks.length > 0).map(described)).toEqual([]);
  });
  it('are missed where they lack something', () => {
    const source = `
      /** Says what it does. @param x - A number. */
      export function undocumented(x: number, y: number): number { return x + y; }`;
    const path = exampleFile(0).path;
    const found = publicNames(programOf(new Map([[path, source]])), path);
    expect(found.map(({ lacks }) => lacks)).toEqual([['@param y', '@example']]);
  });
});

describe('examples in docstrings', () => {
  it('type check', () => {
    const files = new Map(examples.map(({ code }, i) => [exampleFile(i).path, exampleFile(i).text(code)]));
    const program = programOf(files);
    const wrong = examples.flatMap(({ name, place }, i) => {
      const file = program.getSourceFile(exampleFile(i).path)!;
      const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return diagnostics.map(({ messageText }) => `${place} ${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    });
    expect(wrong).toEqual([]);
  });

  const before = { folder: process.cwd(), backend: process.env.GRADTAPE_BACKEND };
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-examples-'));
  let gt: typeof import('../src/index.js');
  beforeAll(async () => {
    process.env.GRADTAPE_BACKEND = 'wasm';
    gt = await import('../src/index.js');
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before.folder);
    rmSync(folder, { recursive: true });
  });
  it('run, and give the values in their comments', async () => {
    expect(gt.backend.name).toBe('wasm');
    const wrong: string[] = [];
    for (const { name, place, code } of examples) {
      gt.manualSeed(0);
      await exampleScript(code)(gt).catch((error: unknown) => wrong.push(`${place} ${name}: ${error}`));
    }
    expect(wrong).toEqual([]);
  });
  it('are refused where a value is wrong', async () => {
    await expect(exampleScript('gt.tensor([1, 2]).sum(); // 4')(gt)).rejects.toThrow('expected 4, got 3');
    await exampleScript('gt.tensor([1, 2]).sum(); // 3')(gt);
  });
});

const described = ({ place, name, lacks }: PublicName): string => `${place} ${name} lacks ${lacks.join(', ')}`;
