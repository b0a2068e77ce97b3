// State dicts spell names as PyTorch does, so that they travel both ways: weightDecay is weight_decay there, TMax is T_max, T0 is T_0.
export const toSnake = (name: string): string => name.replace(/(?<=^[A-Z])\d|(?<!^)[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const toCamel = (name: string): string => name.replace(/(?<!^)_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());

/** The same entries under names that `rename` makes. */
export const renamed = (entries: object, rename: (name: string) => string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [rename(name), value]));
