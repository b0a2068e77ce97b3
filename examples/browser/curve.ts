// The loss curve: every step as a faint dot, their running mean as the line, on a logarithmic scale.

/** Weight of the past in the running mean. */
const memory = 0.94;
const [top, bottom] = [3, 0.01];
const marks = [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02];
const margin = { left: 38, right: 8, top: 8, bottom: 20 };

export class Curve {
  #canvas: HTMLCanvasElement;
  #losses: number[] = [];
  #means: number[] = [];
  #mean = 0;
  #waiting = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#redraw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redraw());
  }

  add(losses: readonly number[]): void {
    for (const loss of losses) {
      this.#mean = this.#losses.push(loss) === 1 ? loss : memory * this.#mean + (1 - memory) * loss;
      this.#means.push(this.#mean);
    }
    this.#redraw();
  }

  /** The running mean. */
  get mean(): number {
    return this.#mean;
  }

  #redraw(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw(): void {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio;
    [canvas.width, canvas.height] = [width * scale, height * scale];
    const c = canvas.getContext('2d')!;
    c.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const colour = (name: string): string => style.getPropertyValue(name);
    const steps = this.#losses.length;
    const range = Math.max(100, steps);
    const x = (step: number): number => margin.left + (step / range) * (width - margin.left - margin.right);
    const y = (loss: number): number => {
      const share = Math.log(top / Math.min(top, Math.max(bottom, loss))) / Math.log(top / bottom);
      return margin.top + share * (height - margin.top - margin.bottom);
    };

    c.font = '12px system-ui, sans-serif';
    c.textBaseline = 'middle';
    [c.strokeStyle, c.fillStyle] = [colour('--line'), colour('--faint')];
    for (const mark of marks) {
      c.textAlign = 'right';
      c.fillText(`${mark}`, margin.left - 8, y(mark));
      c.beginPath();
      c.moveTo(margin.left, y(mark));
      c.lineTo(width - margin.right, y(mark));
      c.stroke();
    }
    c.fillText(`step ${steps.toLocaleString('en')}`, width - margin.right, height - 7);

    c.fillStyle = colour('--accent');
    c.globalAlpha = 0.25;
    this.#losses.forEach((loss, i) => {
      c.fillRect(x(i) - 0.75, y(loss) - 0.75, 1.5, 1.5);
    });
    c.globalAlpha = 1;
    c.strokeStyle = colour('--accent');
    [c.lineWidth, c.lineJoin] = [2, 'round'];
    c.beginPath();
    this.#means.forEach((mean, i) => {
      c.lineTo(x(i), y(mean));
    });
    c.stroke();
  }
}
