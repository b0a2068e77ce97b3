// The code of `@example` blocks as files to type check and as functions to run. A comment at the end
// of an expression statement is the value that it must give.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('.', import.meta.url));
const prelude = `import * as gt from '../../src/index.js';\n`;

/** Where TypeScript finds an example, and what it reads there; the file need not exist. */
export const exampleFile = (i: number): { path: string; text: (code: string) => string } => ({
  path: `${folder}example${i}.ts`,
  text: (code) => `${prelude}{\n${code}\n}\nexport {};\n`,
});

type Script = (gt: object) => Promise<void>;
type Claim = (value: unknown, claimed: string) => void;
const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => (gt: object, claim: Claim) => Promise<void>;

/** An example as a function of the library; it rejects where a value is not as claimed. */
export function exampleScript(code: string): Script {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  let text = code;
  for (const statement of [...file.statements].reverse()) {
    if (!ts.isExpressionStatement(statement)) continue;
    const claimed = commentAfter(code, statement.end);
    if (claimed === undefined) continue;
    const expression = statement.expression;
    const call = `claim(${expression.getText()}, ${JSON.stringify(claimed)});`;
    text = text.slice(0, statement.getStart()) + call + text.slice(statement.end);
  }
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
  const run = new AsyncFunction('gt', 'claim', outputText);
  return (gt) => run(gt, claim);
}

function commentAfter(code: string, end: number): string | undefined {
  const [range] = ts.getTrailingCommentRanges(code, end) ?? [];
  return range === undefined ? undefined : code.slice(range.pos + 2, range.end).trim();
}

/** Literals are compared as values, to the digits that are written; anything else as text. */
function claim(value: unknown, claimed: string): void {
  const got = plain(value);
  const same = isLiteral(claimed) ? isClose(got, literal(claimed)) : String(value) === claimed;
  if (!same) throw new Error(`expected ${claimed}, got ${typeof got === 'object' ? JSON.stringify(got) : String(got)}`);
}

const isLiteral = (text: string): boolean => /^(?:[[{'"\d-]|(?:true|false|null|undefined|NaN|Infinity)$)/.test(text);
const literal = (text: string): unknown => new Function(`return (${text});`)();

function plain(value: unknown): unknown {
  if (hasArray(value)) return plain(value.toArray());
  if (typeof value === 'bigint') return Number(value);
  if (ArrayBuffer.isView(value)) return plain(Array.from(value as unknown as ArrayLike<unknown>));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, plain(child)]));
}

function isClose(got: unknown, claimed: unknown): boolean {
  if (typeof got === 'number' && typeof claimed === 'number')
    return Object.is(got, claimed) || Math.abs(got - claimed) <= 6e-4 * Math.max(1, Math.abs(claimed));
  if (typeof got !== 'object' || typeof claimed !== 'object' || got === null || claimed === null) return got === claimed;
  const [a, b] = [Object.entries(got), Object.entries(claimed)];
  return a.length === b.length && a.every(([name, value]) => name in claimed && isClose(value, (claimed as Record<string, unknown>)[name]));
}

/** A tensor, without loading the backend before the test has chosen one. */
const hasArray = (value: unknown): value is { toArray(): unknown } => typeof value === 'object' && value !== null && 'toArray' in value;
