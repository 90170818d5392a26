import { html, LitElement, svg } from '../../vendor/lit/index.js';

const WIDTH = 100;
const HEIGHT = 28;

/** Readings shown: a minute. A younger curve takes the whole width as soon as it has a third of that. */
const POINTS = 60;
const POINTS_MIN = 20;

/**
 * `<spark-line>`: the last minute of a rate as a small curve without axes. A decoration beside a number that says the
 * same, so it is hidden from screen readers.
 */
export class SparkLine extends LitElement {
  static properties = {
    /** Newest last; a new array for each change. */
    values: { attribute: false },
  };

  createRenderRoot() {
    return this;
  }

  render() {
    const values = (this.values ?? []).slice(-POINTS);
    const top = Math.max(...values, 1e-9) * 1.1;
    const step = WIDTH / (Math.max(POINTS_MIN, values.length) - 1);
    const left = WIDTH - (values.length - 1) * step;
    const points = values.map((value, index) => {
      const y = HEIGHT - 1 - (value / top) * (HEIGHT - 3);
      return `${(left + index * step).toFixed(1)},${y.toFixed(1)}`;
    });
    const drawn = points.length > 1;
    return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      ${drawn
        ? svg`<polygon points="${left.toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}"></polygon>
            <polyline points=${points.join(' ')} vector-effect="non-scaling-stroke"></polyline>`
        : svg`<line x1="0" x2=${WIDTH} y1=${HEIGHT - 1} y2=${HEIGHT - 1} vector-effect="non-scaling-stroke"></line>`}
    </svg>`;
  }
}

customElements.define('spark-line', SparkLine);
