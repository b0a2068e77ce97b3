// The test digits, each with what the network takes it for.

const side = 28;

export class Samples {
  #figures: HTMLElement[];
  #labels: readonly number[];

  constructor(parent: HTMLElement, images: Uint8Array, labels: readonly number[]) {
    this.#labels = labels;
    this.#figures = labels.map((label, i) => {
      const figure = document.createElement('figure');
      figure.title = `a ${label}`;
      figure.append(draw(images.subarray(i * side * side, (i + 1) * side * side)), document.createElement('figcaption'));
      return figure;
    });
    parent.replaceChildren(...this.#figures);
  }

  show(guesses: readonly number[]): void {
    this.#figures.forEach((figure, i) => {
      figure.lastElementChild!.textContent = `${guesses[i]}`;
      figure.classList.toggle('wrong', guesses[i] !== this.#labels[i]);
    });
  }
}

function draw(image: Uint8Array): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [side, side];
  const pixels = new ImageData(side, side);
  image.forEach((value, i) => {
    pixels.data.set([255, 255, 255, value], 4 * i);
  });
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return canvas;
}
