// What a start costs: seconds of the import and of the first operation, and the resident memory after both; one line of JSON.
const seconds = () => performance.now() / 1000;

/** `load` imports the library and makes it ready, `first` computes the sum of [[1, 2], [3, 4]] squared. */
export async function report(load, first) {
  const start = seconds();
  const library = await load();
  const loaded = seconds();
  const sum = await first(library);
  const done = seconds();
  if (sum !== 54) throw new Error(`the first product's sum: expected 54, got ${sum}`);
  console.log(JSON.stringify({ import: loaded - start, first: done - loaded, resident: process.memoryUsage.rss() }));
  process.exit();
}
