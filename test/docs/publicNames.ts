// Every public name of the package with its docstring, read off the sources by TypeScript, and
// what a docstring lacks. docstrings.test.ts holds the rooms to it.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One public name: where it is declared, and what its docstring lacks. */
export interface PublicName {
  /** `nn.Linear`, or `nn.Linear.forward` of a member. */
  readonly name: string;
  /** The folder or file of src that declares it. */
  readonly room: string;
  /** `src/nn/linear.ts:12`. */
  readonly place: string;
  readonly lacks: readonly string[];
  /** The code of each `@example`. */
  readonly examples: readonly string[];
}

/** Source files that were parsed already: most are the same in every program. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The program of the package's sources, or of other files that are given as text. */
export function programOf(texts: ReadonlyMap<string, string> = new Map()): ts.Program {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config as object;
  const content = { ...config, include: [], files: ['src/index.ts'] };
  const { options } = ts.parseJsonConfigFileContent(content, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, rest[0]);
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, ...rest));
    return parsed.get(path);
  };
  return ts.createProgram(texts.size > 0 ? [...texts.keys()] : [`${root}src/index.ts`], options, host);
}

/** Walks the public names of a program, each declaration once. */
class Walk {
  readonly found: PublicName[] = [];
  readonly #seen = new Set<ts.Node>();
  constructor(readonly checker: ts.TypeChecker) {}

  module(symbol: ts.Symbol, path: string): void {
    for (const exported of this.checker.getExportsOfModule(symbol)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const target = isAlias ? this.checker.getAliasedSymbol(exported) : exported;
      const name = path + exported.name;
      if ((target.flags & ts.SymbolFlags.ValueModule) !== 0) this.module(target, `${name}.`);
      else for (const declaration of target.declarations ?? []) this.#declared(declaration, name);
    }
  }

  #declared(node: ts.Declaration, name: string): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    const implementation = isOverloaded(node) && (node as ts.FunctionDeclaration).body !== undefined;
    if (implementation) return;
    const functionNode = functionOf(node);
    const needsExample = functionNode !== undefined || ts.isClassDeclaration(node);
    this.#note(node, name, functionNode?.parameters ?? [], needsExample);
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
      for (const member of node.members) this.#member(member, name);
      this.#bases(node, name);
    } else if (ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type)) for (const member of node.type.members) this.#member(member, name);
  }

  /** What a class or interface has from others; those that are not exported are seen only here. */
  #bases(node: ts.ClassDeclaration | ts.InterfaceDeclaration, name: string, isReplacedBelow = false): void {
    for (const { expression } of (node.heritageClauses ?? []).flatMap(({ types }) => [...types])) {
      const symbol = this.checker.getSymbolAtLocation(expression);
      for (const base of symbol?.declarations ?? []) {
        if (!ts.isClassDeclaration(base) && !ts.isInterfaceDeclaration(base)) continue;
        const isExported = (ts.getCombinedModifierFlags(base) & ts.ModifierFlags.Export) !== 0;
        if (isExported || !base.getSourceFile().fileName.startsWith(`${root}src/`)) continue;
        for (const member of base.members) {
          const isReplaced = ts.isConstructorDeclaration(member) && (isReplacedBelow || hasConstructor(node));
          if (isReplaced || this.#seen.has(member)) continue;
          this.#seen.add(member);
          this.#member(member, name);
        }
        this.#bases(base, name, isReplacedBelow || hasConstructor(node));
      }
    }
  }

  #member(member: ts.ClassElement | ts.TypeElement, owner: string): void {
    if (isHidden(member)) return;
    if (ts.isConstructorDeclaration(member)) {
      const overloads = member.parent.members.filter(ts.isConstructorDeclaration);
      if (overloads.length > 1 && member.body !== undefined) return;
      this.#note(member, `${owner}.constructor`, member.parameters, false);
      for (const field of member.parameters)
        if (ts.isParameterPropertyDeclaration(field, member) && !isHidden(field)) this.#parameterProperty(field, member, owner);
      return;
    }
    if (member.name === undefined) return;
    const name = `${owner}.${member.name.getText()}`;
    const parameters = ts.isMethodDeclaration(member) || ts.isMethodSignature(member) ? member.parameters : [];
    this.#note(member, name, parameters, false);
  }

  /** A field that is a parameter of the constructor is documented by that one's `@param`. */
  #parameterProperty(field: ts.ParameterDeclaration, owner: ts.ConstructorDeclaration, path: string): void {
    const documented = ts.getJSDocParameterTags(field).length > 0 || proseOf(field) !== '';
    const name = `${path}.${field.name.getText()}`;
    this.found.push({ ...placeOf(owner), name, lacks: documented ? [] : ['a docstring'], examples: [] });
  }

  #note(node: ts.Node, name: string, parameters: readonly ts.ParameterDeclaration[], needsExample: boolean): void {
    const tags = ts.getJSDocTags(node);
    const has = (tag: string): boolean => tags.some(({ tagName }) => tagName.text === tag);
    const lacks: string[] = [];
    const isConstructor = ts.isConstructorDeclaration(node);
    if (!isConstructor && proseOf(node) === '') lacks.push('a docstring');
    for (const parameter of parameters) {
      if (ts.getJSDocParameterTags(parameter).length === 0) lacks.push(`@param ${parameter.name.getText()}`);
    }
    if (needsExample && !has('example')) lacks.push('@example');
    const examples = tags.filter(({ tagName }) => tagName.text === 'example').map((tag) => ts.getTextOfJSDocComment(tag.comment) ?? '');
    this.found.push({ ...placeOf(node), name, lacks, examples });
  }
}

const hasConstructor = (node: ts.ClassDeclaration | ts.InterfaceDeclaration): boolean =>
  ts.isClassDeclaration(node) && node.members.some(ts.isConstructorDeclaration);

const placeOf = (node: ts.Node): { room: string; place: string } => {
  const file = node.getSourceFile();
  const path = relative(root, file.fileName);
  const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  return { room: path.split('/')[1], place: `${path}:${line}` };
};

/** The docstring's text before its tags. */
function proseOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return docs
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
    .join('')
    .trim();
}

/** The function that a declaration declares, as a statement or as a constant. */
function functionOf(node: ts.Declaration): ts.SignatureDeclaration | undefined {
  if (ts.isFunctionDeclaration(node)) return node;
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return undefined;
  const isFunction = ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer);
  return isFunction ? (node.initializer as ts.ArrowFunction) : undefined;
}

const isOverloaded = (node: ts.Declaration): boolean =>
  ts.isFunctionDeclaration(node) &&
  node.parent
    .getChildren()[0]
    .getChildren()
    .filter((other) => ts.isFunctionDeclaration(other) && other.name?.text === node.name?.text).length > 1;

/** Private, protected, internal or well known; an override has the docstring of what it overrides. */
function isHidden(member: ts.ClassElement | ts.TypeElement | ts.ParameterDeclaration): boolean {
  const flags = ts.getCombinedModifierFlags(member);
  const { Private, Protected, Override } = ts.ModifierFlags;
  if ((flags & (Private | Protected | Override)) !== 0) return true;
  if (member.name !== undefined && (ts.isPrivateIdentifier(member.name) || ts.isComputedPropertyName(member.name))) return true;
  return ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

/** Every name that the entry file exports, in the order of its exports. */
export function publicNames(program: ts.Program, entry = `${root}src/index.ts`): PublicName[] {
  const checker = program.getTypeChecker();
  const walk = new Walk(checker);
  walk.module(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!, '');
  return walk.found;
}
