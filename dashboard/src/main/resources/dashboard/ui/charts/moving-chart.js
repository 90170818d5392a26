import { html, LitElement } from '../../vendor/lit/index.js';
import { onFrames } from '../app/frame-clock.js';
import { Chart } from './chart-library.js';
import { palette, withAlpha } from './palette.js';
import { clockTime, timeTicks } from './time-ticks.js';

/** Smooth enough to look like flowing, at a sixth of what a display can do. */
const FRAME_MS = 100;
const FRAME_CALM_MS = 1_000;

/** The newest second is still filling: showing it late lets lines enter whole from the right edge. */
const DELAY_MS = 1_500;

/** While there is less data than the window is wide, the chart shows what there is; but not less than this. */
const SPAN_MIN_MS = 20_000;

/** A pause in the data longer than this breaks a line instead of being bridged. */
const BRIDGE_MS = 5_000;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * One line of a chart.
 * @typedef {object} ChartLine
 * @property {string} label
 * @property {string} color six-digit hex
 * @property {{x: number, y: number}[]} points in order of time
 * @property {'none'|'area'|'band'} [fill] `band` fills to the line before it and draws no line itself
 * @property {boolean} [dim] a thin, quiet line without a place in the tooltip
 */

/**
 * `<moving-chart>`: lines over the last `windowMs` milliseconds, moving with the clock. Draws only while it can be seen.
 * Whoever uses it sets `lines`, a function called before each frame.
 */
export class MovingChart extends LitElement {
  static properties = {
    label: {},
    windowMs: { type: Number },
  };

  /** @type {(fromMs: number, toMs: number) => ChartLine[]} */
  lines = () => [];
  /** @type {() => number} clock of the node, so that a wrong clock of this computer does not empty the chart */
  now = () => Date.now();
  /** @type {(value: number) => string} */
  format = String;
  /** Set for quantities such as rates, whose axis should begin at zero. */
  fromZero = false;

  #chart = null;
  #visible = false;
  #stopDrawing = () => {};
  #observer = new IntersectionObserver(entries => (this.#visible = entries.at(-1).isIntersecting));

  createRenderRoot() {
    return this;
  }

  render() {
    return html`<div class="chart-canvas"><canvas role="img" aria-label=${this.label ?? ''}></canvas></div>`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate();
    this.#observer.observe(this);
    this.#stopDrawing = onFrames(
      () => (calm.matches ? FRAME_CALM_MS : FRAME_MS),
      () => this.#visible && this.#chart && this.#draw(),
    );
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopDrawing();
    this.#observer.disconnect();
    this.#chart?.destroy();
    this.#chart = null;
  }

  updated() {
    if (!this.#chart && this.isConnected) {
      this.#chart = new Chart(this.querySelector('canvas'), this.#config());
    }
  }

  #draw() {
    const chart = this.#chart;
    const toMs = this.now() - DELAY_MS;
    // One bucket more on the left, so that lines leave through the edge instead of ending before it.
    const lines = this.lines(toMs - this.windowMs - BRIDGE_MS, toMs + 500);
    const spanMs = Math.min(this.windowMs, Math.max(SPAN_MIN_MS, toMs - firstTime(lines)));
    const fromMs = toMs - spanMs;
    const colors = palette();
    chart.data.datasets = lines.map(line => dataset(line));
    const { x, y } = chart.options.scales;
    x.min = fromMs;
    x.max = toMs;
    x.ticks.color = y.ticks.color = colors.text;
    y.grid.color = colors.grid;
    chart.update('none');
  }

  #config() {
    return {
      type: 'line',
      data: { datasets: [] },
      options: {
        parsing: false,
        normalized: true,
        interaction: { mode: 'nearest', axis: 'x', intersect: false },
        layout: { padding: { top: 6, right: 4 } },
        scales: {
          x: {
            type: 'linear',
            grid: { display: false },
            border: { display: false },
            afterBuildTicks: axis => (axis.ticks = timeTicks(axis.min, axis.max, axis.width)),
            ticks: { callback: clockTime, maxRotation: 0, autoSkip: false, align: 'center' },
          },
          y: {
            beginAtZero: this.fromZero,
            afterDataLimits: leaveAir,
            border: { display: false },
            grid: { drawTicks: false },
            ticks: { callback: value => this.format(value), maxTicksLimit: 5, padding: 8 },
          },
        },
        plugins: {
          tooltip: {
            filter: item => !item.dataset.dim,
            displayColors: true,
            boxPadding: 4,
            callbacks: {
              title: items => (items.length > 0 ? clockTime(items[0].parsed.x) : ''),
              label: item => ` ${item.dataset.label}: ${this.format(item.parsed.y)}`,
            },
          },
        },
      },
    };
  }
}

/**
 * @param {ChartLine[]} lines
 * @returns {number} time of the oldest point, or minus infinity without points
 */
function firstTime(lines) {
  const times = lines.flatMap(({ points }) => (points.length > 0 ? [points[0].x] : []));
  return times.length > 0 ? Math.min(...times) : -Infinity;
}

/** Room above and below the lines, but never below zero for what is never negative. */
function leaveAir(axis) {
  const air = (axis.max - axis.min) * 0.12 || Math.abs(axis.max) * 0.05 || 1;
  axis.max += air;
  axis.min = axis.min < 0 ? axis.min - air : Math.max(0, axis.min - air);
}

/** @param {ChartLine} line */
function dataset({ label, color, points, fill = 'none', dim = false }) {
  return {
    label,
    dim,
    data: points,
    borderColor: color,
    borderWidth: dim ? 0 : 2,
    backgroundColor: fill === 'area' ? areaUnder(color) : withAlpha(color, 0.14),
    fill: { none: false, area: 'origin', band: '-1' }[fill],
    pointRadius: points.length === 1 && !dim ? 3 : 0,
    pointHoverRadius: dim ? 0 : 4,
    pointBackgroundColor: color,
    pointBorderWidth: 0,
    spanGaps: BRIDGE_MS,
    cubicInterpolationMode: 'monotone',
  };
}

/** A fill that fades out towards the axis. */
function areaUnder(color) {
  return ({ chart: { ctx, chartArea } }) => {
    if (!chartArea) {
      return withAlpha(color, 0.2);
    }
    const gradient = ctx.createLinearGradient(0, chartArea.top, 0, chartArea.bottom);
    gradient.addColorStop(0, withAlpha(color, 0.32));
    gradient.addColorStop(1, withAlpha(color, 0.02));
    return gradient;
  };
}

customElements.define('moving-chart', MovingChart);
