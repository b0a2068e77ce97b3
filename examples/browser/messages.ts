// What the page and its worker say to each other.

/** An image is 784 bytes, row by row: 0 is the ground, 255 the pen. */
export type ToWorker = { type: 'train' } | { type: 'pause' } | { type: 'classify'; image: Uint8Array };

export type FromWorker =
  | { type: 'ready'; backend: string; parameters: number; images: Uint8Array; labels: number[] }
  | { type: 'progress'; epoch: number; epochs: number; losses: number[]; rate: number; heldBytes: number }
  /** Over the whole test set; the guesses are for the images that `ready` brought. */
  | { type: 'tested'; accuracy: number; guesses: number[] }
  | { type: 'classified'; probabilities: number[] }
  | { type: 'done' }
  | { type: 'failed'; reason: string };
