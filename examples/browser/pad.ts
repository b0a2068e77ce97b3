// The pad to draw a digit on. What is read from it looks as MNIST's own images do: fitted into 20 x 20 pixels, with its centre of mass in the middle of 28 x 28.

const [side, box] = [28, 20];
const penWidth = 20;

export class Pad {
  #canvas: HTMLCanvasElement;
  #context: CanvasRenderingContext2D;
  #last: [x: number, y: number] | null = null;

  /** `changed` is called after every movement of the pen, and after `clear` with null. */
  constructor(
    canvas: HTMLCanvasElement,
    readonly changed: (image: Uint8Array | null) => void,
  ) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = this.#place(event);
      this.#lineTo(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (this.#last !== null) for (const part of event.getCoalescedEvents?.() ?? [event]) this.#lineTo(part);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(end, () => {
        this.#last = null;
      });
    }
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.changed(null);
  }

  #place({ clientX, clientY }: PointerEvent): [number, number] {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [((clientX - left) * this.#canvas.width) / width, ((clientY - top) * this.#canvas.height) / height];
  }

  #lineTo(event: PointerEvent): void {
    const c = this.#context;
    const place = this.#place(event);
    [c.lineWidth, c.lineCap, c.strokeStyle] = [penWidth, 'round', '#fff'];
    c.beginPath();
    c.moveTo(...this.#last!);
    c.lineTo(...place);
    c.stroke();
    this.#last = place;
    this.changed(this.read());
  }

  /** The drawing as an image of the data set, or null if there is none. */
  read(): Uint8Array | null {
    const { width, height } = this.#canvas;
    const ink = alphaOf(this.#context, width, height);
    const bounds = boundsOf(ink, width, height);
    if (bounds === null) return null;
    const { x, y, w, h } = bounds;
    const scale = box / Math.max(w, h);
    const draw = (left: number, top: number): Uint8Array => {
      const small = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })!;
      small.imageSmoothingQuality = 'high';
      small.drawImage(this.#canvas, x, y, w, h, left, top, w * scale, h * scale);
      return alphaOf(small, side, side);
    };
    const [left, top] = [(side - w * scale) / 2, (side - h * scale) / 2];
    const [massX, massY] = massOf(draw(left, top));
    return draw(left + side / 2 - massX, top + side / 2 - massY);
  }
}

function alphaOf(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, width: number, height: number): Uint8Array {
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]);
}

function boundsOf(ink: Uint8Array, width: number, height: number): { x: number; y: number; w: number; h: number } | null {
  let [left, right, top, bottom] = [width, -1, height, -1];
  ink.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  });
  return right < 0 ? null : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
}

/** The centre of mass. */
function massOf(image: Uint8Array): [x: number, y: number] {
  let [sum, sumX, sumY] = [0, 0, 0];
  image.forEach((value, i) => {
    sum += value;
    sumX += value * ((i % side) + 0.5);
    sumY += value * (Math.floor(i / side) + 0.5);
  });
  return [sumX / sum, sumY / sum];
}
