import { html, LitElement } from '../../vendor/lit/index.js';
import { choiceBar } from '../app/choice-bar.js';
import { formatBytes, formatRate } from '../app/format.js';
import './moving-chart.js';
import { palette } from './palette.js';

const UNITS = {
  records: { label: 'Records per second', format: formatRate, text: value => `${formatRate(value)} records/s` },
  bytes: { label: 'Bytes per second', format: formatBytes, text: value => `${formatBytes(value)}/s` },
};

/** `<rate-chart>`: what a topic takes in, per second. */
export class RateChart extends LitElement {
  static properties = {
    /** @type {import('../api/rates.js').RateSeries} */
    series: { attribute: false },
    /** Rises with every reading; the series itself stays the same object. */
    reading: { type: Number },
    windowMs: { type: Number },
    now: { attribute: false },
    unit: { state: true },
  };

  constructor() {
    super();
    this.unit = 'records';
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const unit = UNITS[this.unit];
    const rate = this.series?.[this.unit] ?? null;
    return html`
      <section class="card chart-card" aria-labelledby="rate-title">
        <header class="card-head">
          <div>
            <h2 id="rate-title">Throughput</h2>
            <p class="big-number" data-rate=${rate ?? ''}>${unit.text(rate)}</p>
          </div>
          ${choiceBar({
            label: 'Unit of the throughput chart',
            choices: [
              ['records', 'Records'],
              ['bytes', 'Bytes'],
            ],
            chosen: this.unit,
            onChoose: value => (this.unit = value),
          })}
        </header>
        <moving-chart
          id="rate-chart"
          .label=${`${unit.label}, now ${unit.text(rate)}`}
          .windowMs=${this.windowMs}
          .now=${this.now}
          .fromZero=${true}
          .format=${unit.format}
          .lines=${(fromMs, toMs) => this.#lines(fromMs, toMs)}
        ></moving-chart>
      </section>
    `;
  }

  #lines(fromMs, toMs) {
    const points = (this.series?.samples ?? [])
      .filter(sample => sample.timeMs >= fromMs && sample.timeMs <= toMs)
      .map(sample => ({ x: sample.timeMs, y: sample[this.unit] }));
    return [{ label: UNITS[this.unit].label, color: palette().accent, points, fill: 'area' }];
  }
}

customElements.define('rate-chart', RateChart);
