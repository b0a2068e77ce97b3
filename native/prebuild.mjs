// npm run prebuilds: puts the local build of the addon where the package carries it, prebuilds/<platform>-<arch>/gradtape.node. A release gathers one from each platform.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const built = 'build/Release/gradtape.node';
if (!existsSync(built)) {
  console.error(`gradtape: ${built} is missing: npm run build:native makes it where a C++ compiler is installed`);
  process.exit(1);
}
const folder = `prebuilds/${process.platform}-${process.arch}`;
mkdirSync(folder, { recursive: true });
copyFileSync(built, `${folder}/gradtape.node`);
console.log(`${folder}/gradtape.node`);
