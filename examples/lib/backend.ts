// The backend is chosen when gradtape is imported: import this file before it.
const at = process.argv.findIndex((word) => word === '--backend' || word.startsWith('--backend='));
const name = at < 0 ? undefined : (process.argv[at].split('=')[1] ?? process.argv[at + 1]);
// Any other name is the command line's to refuse.
if (name === 'native' || name === 'wasm') process.env.GRADTAPE_BACKEND = name;
